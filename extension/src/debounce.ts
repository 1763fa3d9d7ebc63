// Runs the newest of a burst of calls. Knows no vscode.

export interface Debounced<A extends unknown[]> {
  (...args: A): void;
  /** Forget a call that waits. */
  cancel(): void;
  /** Run a call that waits now. */
  flush(): void;
}

/** Call `body` with the newest arguments, `delay` milliseconds after the last call; the arguments may decide. */
export function debounce<A extends unknown[]>(
  body: (...args: A) => void,
  delay: number | ((...args: A) => number),
): Debounced<A> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let newest: A | undefined;
  const run = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const args = newest;
    newest = undefined;
    if (args) body(...args);
  };
  const debounced = (...args: A): void => {
    newest = args;
    clearTimeout(timer);
    timer = setTimeout(run, typeof delay === 'number' ? delay : delay(...args));
  };
  return Object.assign(debounced, {
    cancel: () => {
      clearTimeout(timer);
      newest = undefined;
    },
    flush: run,
  });
}
