import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, changeAnswer, type Conversation, newConversation } from '../../extension/src/chat/conversation';
import { MOST_CHARACTERS, MOST_CONVERSATIONS, remember, restore } from '../../extension/src/chat/history';

function conversation(id: string, updatedAt: number, answer = 'a'): Conversation {
  const asked = ask(newConversation(id, 0), 'e', `question ${id}`, updatedAt);
  return changeAnswer(asked, 'e', () => ({ text: answer, state: { kind: 'stopped' } }));
}

const ids = (history: readonly Conversation[]): string[] => history.map(({ id }) => id);

test('the newest conversation comes first, and each is kept once', () => {
  const history = [conversation('b', 2), conversation('a', 1)];

  assert.deepEqual(ids(remember(history, conversation('a', 3))), ['a', 'b']);
});

test('a blank conversation is not kept, a draft is', () => {
  assert.deepEqual(remember([], newConversation('blank', 1)), []);
  assert.deepEqual(ids(remember([], { ...newConversation('typed', 1), draft: 'half a thought' })), ['typed']);
});

test('beyond the bounds the oldest conversations go', () => {
  let history: Conversation[] = [];
  for (let i = 0; i < MOST_CONVERSATIONS + 5; i++) history = remember(history, conversation(`c${i}`, i));

  assert.equal(history.length, MOST_CONVERSATIONS);
  assert.equal(history.at(-1)?.id, 'c5');
});

test('a conversation larger than the bound is kept while it is in front', () => {
  const huge = conversation('huge', 2, 'x'.repeat(MOST_CHARACTERS + 1));

  assert.deepEqual(ids(remember([conversation('old', 1)], huge)), ['huge']);
});

test('what was stored comes back as it was', () => {
  const history = [conversation('b', 2), conversation('a', 1)];

  assert.deepEqual(restore(JSON.parse(JSON.stringify(history))), history);
});

test('what does not look like a conversation is left out', () => {
  const broken = [{ id: 'x' }, null, 7, { ...conversation('y', 1), exchanges: [{ question: 1 }] }];

  assert.deepEqual(ids(restore([...broken, conversation('good', 1)])), ['good']);
  assert.deepEqual(restore(undefined), []);
  assert.deepEqual(restore('text'), []);
});
