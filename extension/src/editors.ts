// What the user works on. A webview panel takes the active editor away, so the last one is remembered.
import * as vscode from 'vscode';
import { debounce } from './debounce';
import { failure, FailureError } from './failure';
import { type Target, targetAt } from './typed';

const SETTLED_MS = 100;
const SCHEMES = new Set(['file', 'untitled']);
/** Begins the schemes of what we show: a preview, an answer. */
const OURS = 'tt-assistant-';

export class Editors implements vscode.Disposable {
  private last: vscode.TextEditor | undefined;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly settled = debounce(() => this.changed.fire(), SETTLED_MS);
  private readonly subscriptions: vscode.Disposable[];

  /** Another place may be meant now: the editor or its selection changed, and has settled. */
  readonly onDidChangeTarget = this.changed.event;

  constructor() {
    this.remember(vscode.window.activeTextEditor);
    this.subscriptions = [
      this.changed,
      vscode.window.onDidChangeActiveTextEditor((editor) => this.remember(editor)),
      vscode.window.onDidChangeVisibleTextEditors(() => this.settled()),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (isCode(textEditor)) this.settled();
      }),
    ];
  }

  /**
   * The code editor that is active or was last; undefined when none is visible, or when something else is worked on. The
   * output panel is nothing that is worked on.
   * A preview covers it, and shows its document without its selection: it is meant all the same.
   */
  get current(): vscode.TextEditor | undefined {
    const { activeTextEditor: active, activeNotebookEditor, visibleTextEditors: visible } = vscode.window;
    const covered = active?.document.uri.scheme.startsWith(OURS) ?? false;
    const isPanel = active?.viewColumn === undefined;
    if (activeNotebookEditor || (active && !isCode(active) && !covered && !isPanel)) return undefined;
    const document = this.last?.document;
    const isThere = covered ? !document?.isClosed : visible.some((editor) => editor.document === document);
    if (this.last && isThere) return this.last;
    return covered ? undefined : visible.find(isCode);
  }

  /** The editor of `document`: of several the one that was last. */
  of(document: vscode.TextDocument | undefined): vscode.TextEditor | undefined {
    const { current } = this;
    if (current?.document === document) return current;
    return vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  }

  /** The selection of the current editor. Throws when there is no editor. */
  target(): Target {
    const editor = this.current;
    if (!editor) throw new FailureError(failure('Open a file and select some code first.'));
    return targetAt(editor.document, editor.selection);
  }

  dispose(): void {
    this.settled.cancel();
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private remember(editor: vscode.TextEditor | undefined): void {
    if (editor && isCode(editor)) this.last = editor;
    this.settled();
  }
}

export function isCode(editor: vscode.TextEditor): boolean {
  return SCHEMES.has(editor.document.uri.scheme);
}
