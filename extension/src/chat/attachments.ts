// Code that a question is about: the selection, the current file, or one the user picks.
import path from 'node:path';
import * as vscode from 'vscode';
import { toRange } from '../convert';
import type { Editors } from '../editors';
import type { AttachedCode } from './conversation';
import { place } from './places';

const MOST_FILES = 2_000;
const BEGINNING = new vscode.Range(0, 0, 200, 0);
const EXCLUDED = '**/{node_modules,.git,.venv,__pycache__,dist,build,target}/**';

export function attachedSelection(editor: vscode.TextEditor): AttachedCode {
  return attachedRange(editor.document, editor.selection);
}

/** The selection of the current editor, or the place of its cursor; undefined when there is no text. */
export function codeInFront({ current }: Editors): AttachedCode | undefined {
  const blank = !current || /^\s*$/.test(current.document.getText(BEGINNING));
  return blank ? undefined : attachedSelection(current);
}

export function attachedRange(document: vscode.TextDocument, range: vscode.Range): AttachedCode {
  const name = path.posix.basename(document.uri.path);
  const first = range.start.line + 1;
  const last =
    range.end.character === 0 && range.end.line > range.start.line ? range.end.line : range.end.line + 1;
  const lines = first === last ? `${first}` : `${first}-${last}`;
  const code = { uri: document.uri.toString(), range: toRange(range), label: `${name}:${lines}` };
  return place(code, document, range);
}

export function attachedFile(uri: vscode.Uri): AttachedCode {
  return { uri: uri.toString(), label: path.posix.basename(uri.path) };
}

/** Ask what to attach; undefined when dismissed. */
export async function pickAttachment(editors: Editors): Promise<AttachedCode | undefined> {
  const editor = editors.current;
  const items: (vscode.QuickPickItem & { attach: () => Promise<AttachedCode | undefined> })[] = [];
  if (editor && !editor.selection.isEmpty) {
    const code = attachedSelection(editor);
    items.push({
      label: '$(selection) Selection',
      description: code.label,
      attach: () => Promise.resolve(code),
    });
  }
  if (editor) {
    const code = attachedFile(editor.document.uri);
    items.push({
      label: '$(file-code) Current file',
      description: code.label,
      attach: () => Promise.resolve(code),
    });
  }
  items.push({ label: '$(files) File…', description: 'of this workspace', attach: pickFile });
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Attach Code',
    placeHolder: 'What is the question about?',
  });
  return picked?.attach();
}

async function pickFile(): Promise<AttachedCode | undefined> {
  const files = await vscode.workspace.findFiles('**/*', EXCLUDED, MOST_FILES);
  const items = files
    .map((uri) => ({
      label: path.posix.basename(uri.path),
      description: vscode.workspace.asRelativePath(uri),
      uri,
    }))
    .sort((a, b) => a.description.localeCompare(b.description));
  const picked = await vscode.window.showQuickPick(items, { title: 'Attach File', matchOnDescription: true });
  return picked && attachedFile(picked.uri);
}
