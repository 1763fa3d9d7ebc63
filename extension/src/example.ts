// Something to try the assistant on, for those who have no file open.
import * as vscode from 'vscode';
import { type Target, targetAt } from './typed';

const EXAMPLE = `def median(numbers):
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2
`;

/** Open a function in an untitled document, with the cursor in it. */
export async function openExample(): Promise<Target> {
  const document = await vscode.workspace.openTextDocument({ language: 'python', content: EXAMPLE });
  const editor = await vscode.window.showTextDocument(document, { preview: false });
  return targetAt(document, editor.selection);
}
