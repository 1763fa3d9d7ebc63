// Runs the newest of a burst of calls. Knows no vscode.

export interface Debounced<A extends unknown[]> {
  (...args: A): void;
  /** Forget a call that waits. */
  cancel(): void;
  /** Run a call that waits now. */
  flush(): void;
}

/**
 * Call `body` with the newest arguments, `delay` milliseconds after the last call; the arguments may decide.
 * Calls that go on and on put it off for `most` milliseconds.
 */
export function debounce<A extends unknown[]>(
  body: (...args: A) => void,
  delay: number | ((...args: A) => number),
  most?: number,
): Debounced<A> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest: ReturnType<typeof setTimeout> | undefined;
  let newest: A | undefined;
  const cancel = (): void => {
    clearTimeout(timer);
    clearTimeout(latest);
    latest = undefined;
    newest = undefined;
  };
  const run = (): void => {
    const args = newest;
    cancel();
    if (args) body(...args);
  };
  const debounced = (...args: A): void => {
    newest = args;
    clearTimeout(timer);
    timer = setTimeout(run, typeof delay === 'number' ? delay : delay(...args));
    if (most !== undefined) latest ??= setTimeout(run, most);
  };
  return Object.assign(debounced, { cancel, flush: run });
}
