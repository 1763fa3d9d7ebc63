// Where attached code is now: it moves with what is typed above it, as long as VS Code is not reloaded.
import type * as vscode from 'vscode';
import type { Range } from 'vscode-languageclient/node';
import { toRange } from '../convert';
import { type Target, targetAt, type Typed } from '../typed';
import type { AttachedCode } from './conversation';

const places = new WeakMap<AttachedCode, Target>();

/** Remember that `code` is `range` of `document` as it is now. */
export function place(code: AttachedCode, document: vscode.TextDocument, range: vscode.Range): AttachedCode {
  places.set(code, targetAt(document, range));
  return code;
}

export function rangeNow(code: AttachedCode, typed: Typed): Range | undefined {
  const target = places.get(code);
  return target ? toRange(typed.now(target).range) : code.range;
}
