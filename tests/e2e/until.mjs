const INTERVAL_MS = 50;

/**
 * Wait until `check` gives something truthy, and return it.
 * @template T
 * @param {() => T | Promise<T>} check
 * @param {string} what says in the error what was waited for
 * @param {number} timeout in milliseconds
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(check, what, timeout = 20_000) {
  const deadline = Date.now() + timeout;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`Waited ${timeout / 1000} s in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}
