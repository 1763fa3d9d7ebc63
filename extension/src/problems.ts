// The problems editors report about a piece of code, for actions that fix them.
import * as vscode from 'vscode';
import { toRange } from './convert';
import type { Problem } from './protocol';
import type { Target } from './typed';

/** How far from a mere cursor a problem may be and still be meant. */
const NEAR_LINES = 20;

/** The problems in the selection; with a mere cursor those on its line, else those near it. */
export function problemsOf({ document, range }: Target): Problem[] {
  const all = vscode.languages.getDiagnostics(document.uri);
  const within = (lines: number): vscode.Diagnostic[] => {
    const [first, last] = [range.start.line - lines, range.end.line + lines];
    return all.filter((found) => found.range.end.line >= first && found.range.start.line <= last);
  };
  const exact = range.isEmpty
    ? within(0)
    : all.filter((found) => found.range.intersection(range) !== undefined);
  const meant = exact.length > 0 || !range.isEmpty ? exact : within(NEAR_LINES);
  return meant.map((found) => ({ range: toRange(found.range), message: found.message }));
}
