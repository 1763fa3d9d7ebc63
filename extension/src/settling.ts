// Which moves of a cursor are worth announcing, and when they have settled. Knows no vscode.

const SETTLED_MS = 200;
/** Keys move a cursor line by line to where it is meant to be. */
const KEYBOARD_SETTLED_MS = 2 * SETTLED_MS;
/** A move this soon after an edit is the edit's own: the editor does not tell typing from the arrow keys. */
const TYPED_MS = 100;

/** Milliseconds for which a new selection has to rest before it is announced; undefined when typing made it. */
export function restOf(byMouse: boolean, isEmpty: boolean, sinceEdit: number): number | undefined {
  if (byMouse) return SETTLED_MS;
  if (sinceEdit < TYPED_MS) return undefined;
  return isEmpty ? KEYBOARD_SETTLED_MS : SETTLED_MS;
}
