// What was typed lately, so that a place chosen before can be found again.
import * as vscode from 'vscode';
import { fromRange, toRange } from './convert';
import { type Change, moved } from './moved';

/** A place in a document that an action works on. */
export interface Target {
  document: vscode.TextDocument;
  range: vscode.Range;
  /** The version of the document that `range` was chosen in. */
  version: number;
}

export function targetAt(document: vscode.TextDocument, range: vscode.Range): Target {
  return { document, range, version: document.version };
}

/** Changes of one document. */
const MOST_KEPT = 1_000;

interface Kept {
  /** The version that a change led to. */
  version: number;
  change: Change;
}

export class Typed implements vscode.Disposable {
  private readonly kept = new WeakMap<vscode.TextDocument, { since: number; changes: Kept[] }>();
  private readonly subscription = vscode.workspace.onDidChangeTextDocument((event) => this.keep(event));

  /** The place as it is now; unchanged, with its old version, when too much was typed since. */
  now(target: Target): Target {
    const { document, version } = target;
    const { since, changes } = this.kept.get(document) ?? { since: 0, changes: [] };
    if (version < since) return target;
    const range = changes
      .filter((kept) => kept.version > version)
      .reduce((at, { change }) => moved(at, change), toRange(target.range));
    return { document, range: fromRange(range), version: document.version };
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private keep({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const kept = this.kept.get(document) ?? { since: 0, changes: [] };
    this.kept.set(document, kept);
    for (const { range, text } of contentChanges)
      kept.changes.push({ version: document.version, change: { range: toRange(range), text } });
    const dropped = kept.changes.splice(0, kept.changes.length - MOST_KEPT);
    kept.since = dropped.at(-1)?.version ?? kept.since;
  }
}
