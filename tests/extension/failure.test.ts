import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { BUTTONS, failure, FailureError, isCancellation, toFailure } from '../../extension/src/failure';

const ROOT = process.cwd();

function serverError(code: number, data: unknown): Error {
  return Object.assign(new Error('The engine was lost.'), { code, data });
}

test('an error of the server is its sentence with its button', () => {
  const error = serverError(-32001, { code: 'engineDied', button: 'restartEngine', detail: 'trace' });

  assert.deepEqual(toFailure(error), {
    message: 'The engine was lost.',
    button: 'restartEngine',
    detail: 'trace',
  });
});

test('the file that a button is about comes along', () => {
  const error = serverError(-32001, { code: 'template', button: 'customisePrompt', file: 'file:///a.md' });

  assert.deepEqual(toFailure(error), {
    message: 'The engine was lost.',
    button: 'customisePrompt',
    file: 'file:///a.md',
  });
});

test('a button nobody knows is left out', () => {
  assert.deepEqual(toFailure(serverError(-32001, { code: 'x', button: 'formatDisk' })), {
    message: 'The engine was lost.',
  });
});

test('an error of ours passes unchanged', () => {
  const ours = failure('No Python.', 'openSettings');

  assert.equal(toFailure(new FailureError(ours)), ours);
});

test('a lost connection and an unknown error offer the log', () => {
  assert.equal(toFailure(serverError(-32097, undefined)).button, 'showLog');
  assert.deepEqual(toFailure('boom'), { message: 'Something went wrong: boom', button: 'showLog' });
});

test('cancellation is no failure', () => {
  assert.ok(isCancellation(serverError(-32800, undefined)));
  assert.ok(isCancellation(serverError(-32802, undefined)));
  assert.ok(!isCancellation(serverError(-32001, { code: 'x' })));
  assert.ok(!isCancellation(null));
});

test('every button the Python side names exists here', () => {
  const used = new Set<string>();
  for (const file of fs.readdirSync(path.join(ROOT, 'lsp_server'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.py')) continue;
    const text = fs.readFileSync(path.join(ROOT, 'lsp_server', file), 'utf8');
    for (const [, id] of text.matchAll(/\bbutton ?= ?"(\w+)"/g)) if (id) used.add(id);
  }

  assert.ok(used.size > 0);
  assert.deepEqual(
    [...used].filter((id) => !Object.hasOwn(BUTTONS, id)),
    [],
  );
});
