// Applies an accepted edit as one undo step and shows where it went.
import * as vscode from 'vscode';
import { failure, FailureError } from './failure';
import { errorsOf, watchForErrors } from './newProblems';
import type { ProposalView } from './protocol';

/** Apply `edit`, and say so with `applied`. A test file is saved, because it is there to be run; an edit of the user's own code is left to them. */
export async function applyAccepted(
  proposal: ProposalView,
  edit: vscode.WorkspaceEdit,
  applied: () => Promise<void>,
): Promise<void> {
  const uri = vscode.Uri.parse(proposal.uri);
  const wasDirty = vscode.workspace.textDocuments.some(
    (open) => open.uri.toString() === uri.toString() && open.isDirty,
  );
  const errors = errorsOf(uri);
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw new FailureError(
      failure('VS Code did not apply the edit, because the text changed meanwhile. Try again.'),
    );
  }
  await applied();
  const document = await vscode.workspace.openTextDocument(uri);
  if (proposal.createsFile || (proposal.kind === 'file' && !wasDirty)) await document.save();
  const editor = await vscode.window.showTextDocument(document, { preview: false });
  if (proposal.kind !== 'docstring') watchForErrors(document, errors);
  const first = firstChange(edit, uri);
  if (first) editor.revealRange(first, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

function firstChange(edit: vscode.WorkspaceEdit, uri: vscode.Uri): vscode.Range | undefined {
  return edit.get(uri)[0]?.range;
}
