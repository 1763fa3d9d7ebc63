import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, EMPTY_ANSWER } from '../../extension/src/answer';
import {
  ask,
  attach,
  type AttachedCode,
  attachmentsOf,
  before,
  changeAnswer,
  type Conversation,
  detach,
  isBlank,
  lastReceipt,
  newConversation,
  settled,
  suggestion,
  titleOf,
  turnsOf,
} from '../../extension/src/chat/conversation';

const FILE: AttachedCode = { uri: 'file:///a.py', label: 'a.py' };
const RANGE = { start: { line: 1, character: 0 }, end: { line: 3, character: 0 } };
const done = (text: string): Answer => ({
  text,
  state: { kind: 'done', receipt: { parts: [], promptTokens: text.length, contextWindow: 100 } },
});

function talk(...exchanges: [question: string, answer: Answer][]): Conversation {
  return exchanges.reduce(
    (conversation, [question, answer], index) => {
      const id = `e${index}`;
      return changeAnswer(ask(conversation, id, question, index), id, () => answer);
    },
    newConversation('c', 0),
  );
}

test('the code in front is suggested for the first question only, and not beside code that was attached', () => {
  const empty = newConversation('c', 0);

  assert.deepEqual(suggestion(empty, FILE), FILE);
  assert.equal(suggestion(empty, undefined), undefined);
  assert.equal(suggestion(attach(empty, { ...FILE, uri: 'file:///b.py' }), FILE), undefined);
  assert.equal(suggestion(talk(['Why?', done('So.')]), FILE), undefined);
});

test('asking empties the draft and takes the attachments along', () => {
  const draft = attach({ ...newConversation('c', 0), draft: 'Why?' }, FILE);

  const asked = ask(draft, 'e', 'Why?', 5);

  assert.equal(asked.draft, '');
  assert.deepEqual(asked.attached, []);
  assert.deepEqual(asked.exchanges[0]?.attached, [FILE]);
  assert.equal(asked.updatedAt, 5);
});

test('the same code is attached once; another range of the file is other code', () => {
  const both = attach(attach(attach(newConversation('c', 0), FILE), FILE), { ...FILE, range: RANGE });

  assert.equal(both.attached.length, 2);
  assert.deepEqual(detach(both, 0).attached, [{ ...FILE, range: RANGE }]);
});

test('turns alternate and end with the new question', () => {
  const conversation = ask(talk(['one', done('1')], ['two', done('2')]), 'new', 'three', 9);

  assert.deepEqual(
    turnsOf(conversation).map(({ role, text }) => `${role}: ${text}`),
    ['user: one', 'assistant: 1', 'user: two', 'assistant: 2', 'user: three'],
  );
});

test('a question that got no answer is not sent again with the next one', () => {
  const failed: Answer = { text: '', state: { kind: 'failed', message: 'No engine.' } };

  const turns = turnsOf(ask(talk(['lost', failed]), 'new', 'again', 9));

  assert.deepEqual(turns, [{ role: 'user', text: 'again' }]);
});

test('a stopped answer counts as far as it came', () => {
  const stopped: Answer = { text: 'half', state: { kind: 'stopped' } };

  assert.equal(turnsOf(ask(talk(['q', stopped]), 'new', 'go on', 9)).length, 3);
});

test('attachments are sent once, in the order they came, without their labels', () => {
  const first = ask(attach(newConversation('c', 0), FILE), 'e1', 'one', 1);
  const second = ask(attach(attach(first, { ...FILE, range: RANGE }), FILE), 'e2', 'two', 2);

  assert.deepEqual(
    attachmentsOf(second, ({ range }) => range),
    [{ uri: FILE.uri }, { uri: FILE.uri, range: RANGE }],
  );
});

test('what only earlier questions attached is marked, because it may be gone', () => {
  const first = ask(attach(newConversation('c', 0), FILE), 'e1', 'one', 1);
  const second = ask(attach(first, { ...FILE, range: RANGE }), 'e2', 'two', 2);

  assert.deepEqual(
    attachmentsOf(second, ({ range }) => range),
    [
      { uri: FILE.uri, earlier: true },
      { uri: FILE.uri, range: RANGE },
    ],
  );
});

test('everything before an exchange leaves that one and the later ones out', () => {
  const conversation = talk(['one', done('1')], ['two', done('2')], ['three', done('3')]);

  assert.deepEqual(
    before(conversation, 'e1').exchanges.map(({ question }) => question),
    ['one'],
  );
  assert.equal(before(conversation, 'unknown'), conversation);
});

test('the title is the first question, shortened', () => {
  assert.equal(titleOf(newConversation('c', 0)), 'New chat');
  assert.equal(titleOf(talk(['What\n is  this?', done('')])), 'What is this?');
  assert.ok(titleOf(talk(['word '.repeat(50), done('')])).length <= 60);
});

test('the meter shows the newest receipt, also while the next answer runs', () => {
  const conversation = ask(talk(['one', done('1')], ['two', done('22')]), 'new', 'three', 9);

  assert.equal(lastReceipt(conversation)?.promptTokens, 2);
});

test('an answer that ran when the window closed is stopped, and its text is kept', () => {
  const conversation = talk(['q', { text: 'half', state: { kind: 'streaming' } }], ['r', EMPTY_ANSWER]);

  const states = settled(conversation).exchanges.map(({ answer }) => `${answer.state.kind}:${answer.text}`);

  assert.deepEqual(states, ['stopped:half', 'stopped:']);
});

test('a draft or an attachment alone is not blank', () => {
  assert.ok(isBlank({ ...newConversation('c', 0), draft: '  ' }));
  assert.ok(!isBlank({ ...newConversation('c', 0), draft: 'typed' }));
  assert.ok(!isBlank(attach(newConversation('c', 0), FILE)));
});
