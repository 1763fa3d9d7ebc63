import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { type ChatListener, Chats } from '../../extension/src/chat/chats';
import type { Conversation } from '../../extension/src/chat/conversation';
import { pickConversation } from '../../extension/src/chat/picker';
import { ConversationStore } from '../../extension/src/chat/store';
import type { EventParams } from '../../extension/src/protocol';
import type { Session } from '../../extension/src/session';
import { EventEmitter, fake } from './vscode';

interface Asked {
  params: { runId: string };
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
  };
  const chats = new Chats(session as unknown as Session, store, listener);
  const stream = (text: string): void =>
    events.fire({ runId: asked.at(-1)?.params.runId ?? '', kind: 'delta', text });
  return { chats, store, asked, stream, saved };
}

test('the history opens a chat as it is when it is picked', async () => {
  const { chats, store, asked, stream } = chat();
  const first = chats.send('first');
  stream('Half');
  chats.startNew();
  chats.setDraft('second');
  const picking = pickConversation(chats, store);
  asked[0]?.answer('The whole answer');
  await first;

  fake.picker?.pick(store.all.findIndex(({ draft }) => draft !== 'second'));
  await picking;

  const [exchange] = chats.current.exchanges;
  assert.deepEqual([exchange?.answer.text, exchange?.answer.state.kind], ['The whole answer', 'done']);
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
