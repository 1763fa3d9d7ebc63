// Where a range is after its document was changed. Knows no vscode.
import type { Position, Range } from 'vscode-languageclient/node';

export interface Change {
  range: Range;
  text: string;
}

/** What is typed at an edge of `range` stays outside; of replaced text that reaches into it, the new text is inside. */
export function moved(range: Range, change: Change): Range {
  const start = movedEdge(range.start, change, 'start');
  const isEmpty = !isBefore(range.start, range.end);
  return { start, end: isEmpty ? start : movedEdge(range.end, change, 'end') };
}

function movedEdge(edge: Position, { range, text }: Change, which: 'start' | 'end'): Position {
  const { start, end } = range;
  if (isBefore(edge, start) || (which === 'end' && !isBefore(start, edge))) return edge;
  const lines = text.split(/\r\n|\r|\n/);
  const last = lines.at(-1)?.length ?? 0;
  const newEnd =
    lines.length === 1
      ? { line: start.line, character: start.character + last }
      : { line: start.line + lines.length - 1, character: last };
  if (isBefore(edge, end)) return which === 'start' ? start : newEnd;
  return edge.line === end.line
    ? { line: newEnd.line, character: newEnd.character + edge.character - end.character }
    : { line: newEnd.line + edge.line - end.line, character: edge.character };
}

function isBefore(a: Position, b: Position): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}
