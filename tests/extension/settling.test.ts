import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restOf } from '../../extension/src/settling';

const LONG_AGO = Infinity;

test('a click and a selection are announced soon, a cursor moved by keys later', () => {
  const click = restOf(true, true, LONG_AGO);
  const selection = restOf(false, false, LONG_AGO);
  const arrow = restOf(false, true, LONG_AGO);

  assert.ok(click !== undefined && arrow !== undefined);
  assert.equal(selection, click);
  assert.equal(arrow, 2 * click);
});

test('a cursor that typing moves is not announced', () => {
  assert.equal(restOf(false, true, 5), undefined);
  assert.equal(restOf(false, false, 5), undefined, 'the placeholder of a snippet');
});

test('a click right after typing is', () => {
  assert.notEqual(restOf(true, true, 5), undefined);
});
