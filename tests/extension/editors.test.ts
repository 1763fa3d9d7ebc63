import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Editors } from '../../extension/src/editors';
import { moved } from '../../extension/src/moved';
import { targetAt, Typed } from '../../extension/src/typed';
import { fake, Range, Uri, window } from './vscode';

const CODE = { uri: Uri.parse('file:///w/prices.py'), version: 1 };
const PREVIEW = { uri: Uri.parse('tt-assistant-preview:/w/prices.py?id') };

function editor(document: unknown, first: number, last: number) {
  return { document, selection: new Range(first, 0, last, 0) };
}

/** The user looks at `visible`, and is in `active`. */
function look(active: unknown, ...visible: unknown[]): void {
  window.activeTextEditor = active;
  window.visibleTextEditors = visible;
  fake.events.activeEditor.fire(active);
}

function type(document: { version: number }, range: Range, text: string): void {
  document.version++;
  fake.events.typed.fire({ document, contentChanges: [{ range, text }] });
}

beforeEach(() => {
  window.activeNotebookEditor = undefined;
  look(undefined);
});

test('with a preview in front the selection it was made from is meant', () => {
  const code = editor(CODE, 41, 50);
  look(code, code);
  const editors = new Editors();

  const [left, right] = [editor(CODE, 0, 0), editor(PREVIEW, 0, 0)];
  look(right, left, right);
  assert.equal(editors.target().range.start.line, 41);
  assert.equal(editors.of(CODE as never), code as never);
  look(undefined, left, right);
  assert.equal(editors.target().range.start.line, 41);
  look(right, right);
  assert.equal(editors.target().range.start.line, 41);
  editors.dispose();
});

test('beside a notebook no other file is meant', () => {
  const code = editor(CODE, 3, 3);
  look(code, code);
  const editors = new Editors();

  const cell = { ...editor({ uri: Uri.parse('vscode-notebook-cell:/w/n.ipynb') }, 7, 7), viewColumn: 1 };
  look(cell, code, cell);
  assert.throws(() => editors.target(), /Open a file/);
  look(undefined, code);
  assert.equal(editors.target().document, CODE as never);
  window.activeNotebookEditor = {};
  assert.throws(() => editors.target(), /Open a file/);
  editors.dispose();
});

test('the output panel is nothing that is worked on', () => {
  const code = editor(CODE, 3, 3);
  look(code, code);
  const editors = new Editors();

  look(editor({ uri: Uri.parse('output:log') }, 0, 0), code);

  assert.equal(editors.target().document, CODE as never);
  editors.dispose();
});

test('a place moves with what is typed above it', () => {
  const typed = new Typed();
  const document = { ...CODE };
  const target = targetAt(document as never, new Range(10, 0, 14, 2) as never);

  type(document, new Range(0, 0, 0, 0), 'import a\nimport b\n\n');
  type(document, new Range(30, 0, 31, 0), '');

  const now = typed.now(target);
  assert.deepEqual(now.range, new Range(13, 0, 17, 2));
  assert.equal(now.version, 3);
  assert.deepEqual(typed.now(now), now);
  typed.dispose();
});

test('a place keeps its old version, which is refused, when too much was typed since', () => {
  const typed = new Typed();
  const document = { ...CODE };
  const target = targetAt(document as never, new Range(10, 0, 14, 2) as never);

  for (let line = 0; line < 1_001; line++) type(document, new Range(0, 0, 0, 0), '\n');

  assert.equal(typed.now(target).version, 1);
  typed.dispose();
});

for (const [what, change, text, after] of [
  ['before it, on its first line', [1, 0, 1, 2], 'abcd', [1, 6, 2, 8]],
  ['after it', [2, 8, 3, 0], 'x', [1, 4, 2, 8]],
  ['at its beginning', [1, 4, 1, 4], 'x\n', [2, 0, 3, 8]],
  ['at its end', [2, 8, 2, 8], 'x', [1, 4, 2, 8]],
  ['inside', [1, 6, 1, 6], '\n\n', [1, 4, 4, 8]],
  ['over its end', [2, 4, 3, 0], 'x\r\ny', [1, 4, 3, 1]],
  ['over its beginning', [0, 0, 1, 6], 'x', [0, 0, 1, 8]],
  ['over all of it', [0, 0, 9, 0], '', [0, 0, 0, 0]],
] as [string, Box, string, Box][]) {
  test(`where a range is after a change ${what}`, () => {
    assert.deepEqual(moved(box([1, 4, 2, 8]), { range: box(change), text }), box(after));
  });
}

test('a cursor stays a cursor', () => {
  const change = { range: box([1, 4, 1, 4]), text: 'abc' };

  assert.deepEqual(moved(box([1, 4, 1, 4]), change), box([1, 7, 1, 7]));
});

type Box = [number, number, number, number];

function box([line, character, lastLine, lastCharacter]: Box) {
  return { start: { line, character }, end: { line: lastLine, character: lastCharacter } };
}
