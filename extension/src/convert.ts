// Positions and documents as the protocol wants them. A vscode.Range serialises to something else.
import * as vscode from 'vscode';
import type { Range, VersionedTextDocumentIdentifier } from 'vscode-languageclient/node';

export function toRange(range: vscode.Range): Range {
  return {
    start: { line: range.start.line, character: range.start.character },
    end: { line: range.end.line, character: range.end.character },
  };
}

export function fromRange(range: Range): vscode.Range {
  return new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
}

export function versioned(document: vscode.TextDocument): VersionedTextDocumentIdentifier {
  return { uri: document.uri.toString(), version: document.version };
}
