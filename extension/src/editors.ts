// What the user works on. A webview panel takes the active editor away, so the last one is remembered.
import * as vscode from 'vscode';
import { debounce } from './debounce';
import { failure, FailureError } from './failure';

/** A place in a document that an action works on. */
export interface Target {
  document: vscode.TextDocument;
  range: vscode.Range;
}

const SETTLED_MS = 100;
const SCHEMES = new Set(['file', 'untitled']);

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

  /** The code editor that is active or was last; undefined when none is visible. */
  get current(): vscode.TextEditor | undefined {
    const visible = vscode.window.visibleTextEditors;
    if (this.last && visible.includes(this.last)) return this.last;
    const document = this.last?.document;
    return visible.find((editor) => editor.document === document) ?? visible.find(isCode);
  }

  /** The selection of the current editor. Throws when there is no editor. */
  target(): Target {
    const editor = this.current;
    if (!editor) throw new FailureError(failure('Open a file and select some code first.'));
    return { document: editor.document, range: editor.selection };
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
