import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { EMPTY_ANSWER } from '../../extension/src/answer';
import { attachedRange } from '../../extension/src/chat/attachments';
import { type ChatListener, Chats } from '../../extension/src/chat/chats';
import type { Conversation } from '../../extension/src/chat/conversation';
import { pickConversation } from '../../extension/src/chat/picker';
import { ConversationStore } from '../../extension/src/chat/store';
import type { Attachment, EventParams } from '../../extension/src/protocol';
import type { Session } from '../../extension/src/session';
import { Typed } from '../../extension/src/typed';
import { EventEmitter, fake, Range, Uri } from './vscode';

interface Asked {
  params: { runId: string; attachments: Attachment[] };
  token: { isCancellationRequested: boolean };
  answer: (text: string) => void;
}

const RECEIPT = { parts: [], promptTokens: 1, contextWindow: 8 };

/** Chats whose server answers when the test says so. */
function chat() {
  const asked: Asked[] = [];
  const events = new EventEmitter<EventParams>();
  const session = {
    onEvent: events.event,
    request: (_type: unknown, params: Asked['params'], token: Asked['token']) =>
      new Promise((resolve) => {
        asked.push({ params, token, answer: (text) => resolve({ text, receipt: RECEIPT }) });
      }),
  };
  const unsent: string[] = [];
  const saved: Conversation[][] = [];
  const memento = {
    get: () => undefined,
    update: (_key: string, kept: Conversation[]) => Promise.resolve(void saved.push(kept)),
    keys: () => [],
  };
  const store = new ConversationStore(memento);
  const nothing = (): void => undefined;
  const listener: ChatListener = {
    show: nothing,
    append: nothing,
    answer: nothing,
    attached: nothing,
    suggested: nothing,
    run: nothing,
    unsent: (question) => unsent.push(question),
  };
  const chats = new Chats(session as unknown as Session, store, listener, new Typed());
  const stream = (text: string): void =>
    events.fire({ runId: asked.at(-1)?.params.runId ?? '', kind: 'delta', text });
  return { chats, store, asked, stream, saved, unsent };
}

test('attached code is sent as it lies now, below what was typed above it', async () => {
  const { chats, asked } = chat();
  const document = { uri: Uri.parse('file:///w/prices.py'), version: 1 };
  chats.attach(attachedRange(document as never, new Range(8, 0, 9, 4) as never));
  const first = chats.send('What is it?');
  asked[0]?.answer('It shouts.');
  await first;

  document.version++;
  fake.events.typed.fire({
    document,
    contentChanges: [{ range: new Range(0, 0, 0, 0), text: 'import os\n\n' }],
  });
  void chats.send('What does it return?');

  assert.deepEqual(
    asked.map(({ params }) => params.attachments.map(({ range }) => range?.start.line)),
    [[8], [10]],
  );
});

test('the history opens a chat as it is when it is picked', async () => {
  const { chats, store, asked, stream } = chat();
  const first = chats.send('first');
  stream('Half');
  chats.startNew();
  chats.setDraft('second');
  const listed = store.all.findIndex(({ draft }) => draft !== 'second');
  const picking = pickConversation(chats, store);
  asked[0]?.answer('The whole answer');
  await first;

  fake.picker?.pick(listed);
  await picking;

  const [exchange] = chats.current.exchanges;
  assert.deepEqual([exchange?.answer.text, exchange?.answer.state.kind], ['The whole answer', 'done']);
});

for (const [how, leave] of [
  ['a new chat', (chats) => chats.startNew()],
  ['an answer continued in chat', (chats) => chats.adopt('Explain', { uri: '', label: '' }, EMPTY_ANSWER)],
  ['a chat of the history', (chats, other) => chats.switchTo(other)],
] as [string, (chats: Chats, other: string) => void][]) {
  test(`${how} can be asked at once, while the old answer is still being stopped`, async () => {
    const { chats, asked } = chat();
    chats.setDraft('another chat');
    const other = chats.current.id;
    chats.startNew();
    void chats.send('first');

    leave(chats, other);
    void chats.send('second');
    await Promise.resolve();

    assert.equal(asked[0]?.token.isCancellationRequested, true);
    assert.equal(asked.length, 2);
    assert.equal(chats.current.exchanges.at(-1)?.question, 'second');
  });
}

test('a question that cannot be asked yet is given back', async () => {
  const { chats, unsent } = chat();
  void chats.send('first');

  await chats.send('second');
  await chats.resend('gone', 'reworded');

  assert.deepEqual(unsent, ['second', 'reworded']);
});

test('a long answer is kept while it streams', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { chats, stream, saved } = chat();
  void chats.send('Why?');

  for (let piece = 0; piece < 50; piece++) {
    stream('x');
    mock.timers.tick(200);
  }

  assert.ok((saved.at(-1)?.[0]?.exchanges[0]?.answer.text.length ?? 0) >= 40);
  mock.timers.reset();
});

test('the history leaves the current chat, and its running answer, alone', async () => {
  const { chats, store, asked, stream } = chat();
  void chats.send('Why?');
  const picking = pickConversation(chats, store);
  stream('Because');

  fake.picker?.pick(0);
  await picking;

  assert.equal(chats.current.exchanges[0]?.answer.text, 'Because');
  assert.equal(asked[0]?.token.isCancellationRequested, false);
});
