// A test with one VS Code behind it, and a picture of how it ended.
import { after, before, test } from 'node:test';
import { openIde } from './ide.mjs';

/** @typedef {import('./ide.mjs').Ide} Ide */

const TIMEOUT_MS = 400_000;

/**
 * One VS Code for all scenarios of a file. Returns the function that declares a scenario: its picture, its sentence,
 * and what happens in it.
 * @param {Parameters<typeof openIde>[0]} options
 */
export function scenarios(options = {}) {
  /** @type {Ide | undefined} */
  let ide;
  before(async () => void (ide = await openIde(options)), { timeout: TIMEOUT_MS });
  after(() => ide?.close(), { timeout: TIMEOUT_MS });

  /** @param {string} picture @param {string} sentence @param {(ide: Ide) => Promise<void>} body */
  return (picture, sentence, body) =>
    test(sentence, { timeout: TIMEOUT_MS }, async () => {
      if (!ide) throw new Error('VS Code did not start.');
      try {
        await body(ide);
        await ide.screenshot(picture);
      } catch (error) {
        await ide.keepEvidence(picture);
        throw error;
      }
    });
}
