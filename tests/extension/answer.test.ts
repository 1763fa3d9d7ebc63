import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  advance,
  type Answer,
  EMPTY_ANSWER,
  fail,
  finish,
  isRunning,
  prefillNote,
  stop,
} from '../../extension/src/answer';
import { failure } from '../../extension/src/failure';
import type { EventParams, Receipt } from '../../extension/src/protocol';

const RECEIPT: Receipt = { parts: [], promptTokens: 10, contextWindow: 100 };

function after(...events: Omit<EventParams, 'runId'>[]): Answer {
  return events.reduce<Answer>((answer, event) => advance(answer, { runId: 'r', ...event }), EMPTY_ANSWER);
}

test('deltas are appended in order', () => {
  const answer = after({ kind: 'delta', text: 'a' }, { kind: 'delta', text: 'b' });

  assert.deepEqual(answer, { text: 'ab', state: { kind: 'streaming' } });
});

test('a reset discards what was streamed', () => {
  const answer = after({ kind: 'delta', text: 'wrong' }, { kind: 'reset' }, { kind: 'delta', text: 'right' });

  assert.equal(answer.text, 'right');
});

test('prefill tells how much of the prompt is read', () => {
  assert.match(prefillNote(512, 2048), /25 % of 2048 tokens/);
  assert.equal(prefillNote(0, 0), 'Reading the code');
});

test('how long it will take stays readable while the prompt is read', () => {
  const answer = after(
    { kind: 'note', text: 'About 20 s on this machine', seconds: 19 },
    { kind: 'prefill', done: 512, total: 2048 },
  );

  const note = 'Reading the code: 25 % of 2048 tokens · About 20 s on this machine';
  assert.deepEqual(answer.state, { kind: 'waiting', note });
});

test('the final text wins over what was streamed, unless it is empty', () => {
  const streamed = after({ kind: 'delta', text: 'raw' });

  assert.equal(finish(streamed, 'cleaned', RECEIPT).text, 'cleaned');
  assert.equal(finish(streamed, '', RECEIPT).text, 'raw');
});

test('the button of a failed answer is about the same file', () => {
  const cause = failure('explain.md, line 3: mistake.', 'customisePrompt', '', 'file:///w/explain.md');

  assert.deepEqual(fail(EMPTY_ANSWER, cause).state, {
    kind: 'failed',
    message: cause.message,
    button: 'customisePrompt',
    file: 'file:///w/explain.md',
  });
});

test('a failed or stopped answer keeps its text and runs no more', () => {
  const streamed = after({ kind: 'delta', text: 'half' });
  const failed = fail(streamed, failure('The engine was lost.', 'restartEngine'));

  assert.deepEqual(failed.state, {
    kind: 'failed',
    message: 'The engine was lost.',
    button: 'restartEngine',
  });
  assert.equal(failed.text, 'half');
  assert.ok(isRunning(streamed));
  assert.ok(!isRunning(failed));
  assert.ok(!isRunning(stop(streamed)));
});
