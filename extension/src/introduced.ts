// Which problems came with an edit. Knows no vscode.

export interface Found {
  message: string;
  source?: string | undefined;
}

/** What is in `after` more often than in `before`: an edit moves lines, so places are not compared. */
export function introduced<F extends Found>(before: readonly Found[], after: readonly F[]): F[] {
  const known = new Map<string, number>();
  for (const found of before) known.set(keyOf(found), (known.get(keyOf(found)) ?? 0) + 1);
  return after.filter((found) => {
    const left = known.get(keyOf(found)) ?? 0;
    known.set(keyOf(found), left - 1);
    return left <= 0;
  });
}

function keyOf({ message, source }: Found): string {
  return JSON.stringify([source, message]);
}
