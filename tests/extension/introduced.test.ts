import assert from 'node:assert/strict';
import { test } from 'node:test';
import { introduced } from '../../extension/src/introduced';

const OLD = [
  { message: 'x is not defined', source: 'ts' },
  { message: 'unused', source: 'eslint' },
];

test('problems that were there already came with no edit, wherever they are now', () => {
  assert.deepEqual(introduced(OLD, [...OLD].reverse()), []);
  assert.deepEqual(introduced(OLD, []), []);
});

test('a problem of the same words is new when it is there once more', () => {
  const again = { message: 'x is not defined', source: 'ts' };

  assert.deepEqual(introduced(OLD, [...OLD, again]), [again]);
});

test('the same words of another checker are another problem', () => {
  const other = { message: 'unused', source: 'ts' };

  assert.deepEqual(introduced(OLD, [other]), [other]);
});
