// After an edit was accepted: whether the editor's own checkers find errors in the file that it had not before.
import * as vscode from 'vscode';
import { plain } from './checks';
import { debounce } from './debounce';
import { introduced } from './introduced';

/** How long checkers may take to see the edit. */
const WATCHED_MS = 15_000;
/** They report in pieces: what is there after this long without news counts. */
const SETTLED_MS = 1_000;

export function errorsOf(uri: vscode.Uri): vscode.Diagnostic[] {
  const all = vscode.languages.getDiagnostics(uri);
  return all.filter((found) => found.severity === vscode.DiagnosticSeverity.Error);
}

/** Say it once when errors appear that are not among `before`; with a way back while the text is as it was accepted. */
export function watchForErrors(document: vscode.TextDocument, before: readonly vscode.Diagnostic[]): void {
  const version = document.version;
  const look = debounce(() => {
    const [first, ...others] = introduced(before, errorsOf(document.uri));
    if (!first || document.version !== version) return;
    end.dispose();
    void tell(document, version, first, others.length);
  }, SETTLED_MS);
  const listening = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
    if (uris.some((uri) => uri.toString() === document.uri.toString())) look();
  });
  const timer = setTimeout(() => void end.dispose(), WATCHED_MS);
  const end = new vscode.Disposable(() => {
    clearTimeout(timer);
    look.cancel();
    listening.dispose();
  });
}

async function tell(
  document: vscode.TextDocument,
  version: number,
  first: vscode.Diagnostic,
  others: number,
): Promise<void> {
  const more = others > 0 ? ` (and ${others} more)` : '';
  const message = `The accepted edit brought an error, line ${first.range.start.line + 1}: ${plain(first.message)}${more}`;
  const pressed = await vscode.window.showWarningMessage(message, 'Undo Edit', 'Show Problems');
  if (pressed === 'Show Problems') await vscode.commands.executeCommand('workbench.actions.view.problems');
  if (pressed !== 'Undo Edit') return;
  if (document.version !== version) {
    void vscode.window.showInformationMessage('The text was changed since: undo from the editor.');
    return;
  }
  await vscode.window.showTextDocument(document, { preview: false });
  await vscode.commands.executeCommand('undo');
}
