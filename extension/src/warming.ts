// Tells the server where the cursor or the selection is, once it settled, so that the prompt is read before the user asks.
import * as vscode from 'vscode';
import { toRange, versioned } from './convert';
import { debounce } from './debounce';
import { type Editors, isCode } from './editors';
import { WarmNotification } from './protocol';
import type { Session } from './session';
import { readSettings } from './settings';
import { restOf } from './settling';

export class Warming implements vscode.Disposable {
  private readonly settled = debounce(
    (editor: vscode.TextEditor, _rest: number) => this.send(editor),
    (_editor, rest) => rest,
  );
  private readonly subscription: vscode.Disposable;
  private edited: { document: vscode.TextDocument; at: number } | undefined;

  constructor(
    private readonly session: Session,
    private readonly editors: Editors,
  ) {
    this.subscription = vscode.Disposable.from(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.typed(document);
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, kind }) => this.moved(textEditor, kind)),
    );
  }

  /** The chat input got the focus: its next question is likely about the current selection. */
  now(): void {
    const editor = this.editors.current;
    if (editor) this.send(editor);
  }

  dispose(): void {
    this.settled.cancel();
    this.subscription.dispose();
  }

  private typed(document: vscode.TextDocument): void {
    if (vscode.window.activeTextEditor?.document !== document) return;
    this.edited = { document, at: Date.now() };
    this.settled.cancel();
  }

  private moved(editor: vscode.TextEditor, kind: vscode.TextEditorSelectionChangeKind | undefined): void {
    if (!isCode(editor)) return;
    const { edited } = this;
    const sinceEdit = edited?.document === editor.document ? Date.now() - edited.at : Infinity;
    // A right-click places the cursor and tells nothing else of the menu it opens.
    const byMouse = kind === vscode.TextEditorSelectionChangeKind.Mouse;
    const rest = restOf(byMouse, editor.selection.isEmpty, sinceEdit);
    if (rest === undefined) this.settled.cancel();
    else this.settled(editor, rest);
  }

  private send(editor: vscode.TextEditor): void {
    if (!readSettings().warming || editor.document.isClosed) return;
    const place = { textDocument: versioned(editor.document), range: toRange(editor.selection) };
    void this.session.notify(WarmNotification, place);
  }
}
