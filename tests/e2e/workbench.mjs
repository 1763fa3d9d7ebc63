// What a person does in VS Code's window, and where to look for what comes of it.
import path from 'node:path';
import { until } from './until.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */
/** @typedef {import('playwright-core').Frame} Frame */

/** VS Code ignores the mouse for about 100 ms after a menu has opened. */
const MENU_GUARD_MS = 200;

const EDITOR = '.editor-group-container.active .monaco-editor';

/** @param {Promise<void>} step */
function succeeds(step) {
  return step.then(
    () => true,
    () => false,
  );
}

/** @param {Locator} locator @param {number} timeout */
function appears(locator, timeout) {
  return succeeds(locator.waitFor({ timeout }));
}

/** @param {Locator} locator @param {number} timeout */
function disappears(locator, timeout) {
  return succeeds(locator.waitFor({ state: 'detached', timeout }));
}

/** @param {Page} page */
function quickInput(page) {
  return page.locator('.quick-input-widget input[type=text]');
}

/** @param {Page} page @param {string} text @returns {Locator} */
function quickPick(page, text) {
  return page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
}

/**
 * Run a command by its title in the palette. Right after a reload the palette may open before the command is known, and
 * does not learn of it while it is open. What takes the focus just then closes it.
 * @param {Page} page @param {string} title
 */
export async function command(page, title) {
  await until(
    async () => {
      await page.keyboard.press('F1');
      const typed = quickInput(page).fill(`>${title}`, { timeout: 3000 });
      const found = (await succeeds(typed)) && (await appears(quickPick(page, title), 3000));
      if (!found) await page.keyboard.press('Escape');
      return found;
    },
    `the command “${title}”`,
    60_000,
  );
  await quickPick(page, title).click();
}

/**
 * Open a file of the workspace with the cursor on a line, which is scrolled into view.
 * @param {Page} page @param {string} file its path in the workspace @param {number} line
 */
export async function openFile(page, file, line = 1) {
  const name = path.posix.basename(file);
  await page.keyboard.press('Control+P');
  await quickInput(page).fill(`${file}:${line}`);
  const exact = page.getByText(name, { exact: true });
  await page.locator('.quick-input-list .monaco-list-row').filter({ has: exact }).first().click();
  await page.locator(`.tab.active[data-resource-name="${name}"]`).first().waitFor();
  await page.getByRole('button', { name: `Ln ${line}, Col 1` }).waitFor();
}

/** Answer the input box that asks for an action's argument. @param {Page} page @param {string} text */
export async function answerInput(page, text) {
  await quickInput(page).fill(text);
  await page.keyboard.press('Enter');
}

/** Choose an entry of the list that is open. @param {Page} page @param {string} text */
export function pick(page, text) {
  return quickPick(page, text).click();
}

/**
 * A piece of the active editor's text.
 * @param {Page} page
 * @param {string} lineText part of the line
 * @param {string} word exactly one token of it
 */
export function inEditor(page, lineText, word) {
  return page
    .locator(`${EDITOR} .view-line`)
    .filter({ hasText: nonBreaking(lineText) })
    .first()
    .getByText(word, { exact: true })
    .first();
}

/** The editor draws spaces as no-break spaces. @param {string} text */
function nonBreaking(text) {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '\\s'));
}

/** Right-click on `place` and choose an action of ours. @param {Page} page @param {Locator} place @param {string} title */
export async function rightClick(page, place, title) {
  await place.click();
  await place.click({ button: 'right' });
  await page.locator('.monaco-menu .action-item').filter({ hasText: 'TT Assistant' }).first().hover();
  const item = page.locator('.monaco-submenu .action-item').filter({ hasText: title }).first();
  await item.waitFor();
  for (let attempt = 0; attempt < 5; attempt++) {
    await page.waitForTimeout(MENU_GUARD_MS);
    await item.click({ timeout: 3000 }).catch(() => undefined);
    if (await disappears(item, 1500)) return;
  }
  throw new Error(`The menu item “${title}” did not take a click.`);
}

/** Hover over `place` until a hover with `text` is shown. @param {Page} page @param {Locator} place @param {string | RegExp} text */
export async function hoverShowing(page, place, text) {
  const hover = page.locator('.monaco-hover:not(.hidden)').filter({ hasText: text }).first();
  await until(
    async () => {
      // Away from everything that has a hover of its own.
      await page.mouse.move(5, 600);
      await place.hover();
      return appears(hover, 4000);
    },
    `a hover with ${text}`,
    60_000,
  );
  return hover;
}

/** @param {Page} page @param {string | RegExp} text */
export function notification(page, text) {
  return page.locator('.notifications-toasts .notification-toast').filter({ hasText: text }).first();
}

/** The page of one of our webviews: the one that holds `selector`. @param {Page} page @param {string} selector @returns {Promise<Frame>} */
export function webview(page, selector) {
  return until(
    async () => {
      for (const frame of page.frames()) {
        const found = await frame.$(selector).catch(() => null);
        if (found && (await found.isVisible().catch(() => false))) return frame;
      }
      return null;
    },
    `a webview with ${selector}`,
    30_000,
  );
}

/** A line that the open diff adds. @param {Page} page */
export function addedLine(page) {
  return page.locator('.editor-group-container .monaco-diff-editor .editor.modified .line-insert').first();
}

/** A line that the open diff deletes. @param {Page} page */
export function deletedLine(page) {
  return page.locator('.editor-group-container .monaco-diff-editor .line-delete').first();
}

/** Select whole lines from the cursor on, which is at the beginning of one. @param {Page} page @param {number} lines */
export async function selectLines(page, lines) {
  for (let line = 0; line < lines; line += 1) await page.keyboard.press('Shift+ArrowDown');
}

/** Choose an action of the lightbulb's menu for the selection. @param {Page} page @param {string} title */
export async function lightbulb(page, title) {
  await page.keyboard.press('Control+.');
  const item = page.locator('.action-widget .monaco-list-row').filter({ hasText: title }).first();
  await item.waitFor();
  await page.waitForTimeout(MENU_GUARD_MS);
  await item.click();
}

/** Press a button of the dialog that is in front. @param {Page} page @param {string | RegExp} text @param {string} button */
export async function pressInDialog(page, text, button) {
  const dialog = page.locator('.monaco-dialog-box').filter({ hasText: text });
  await dialog.getByRole('button', { name: button, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** Wait until the active editor has a change that is not saved. @param {Page} page */
export function waitForChange(page) {
  return page.locator('.tab.active.dirty').waitFor();
}

/** Press a key in the active editor, wherever the focus is now. @param {Page} page @param {string} key */
export async function pressInEditor(page, key) {
  await page.locator(`${EDITOR} .view-line`).first().click();
  await page.keyboard.press(key);
}

/** Save the active editor, and wait until it is on disk. A key pressed while a preview closes is lost. @param {Page} page */
export async function save(page) {
  const dirty = page.locator('.tab.active.dirty');
  for (let tries = 0; tries < 5; tries += 1) {
    await page.keyboard.press('Control+S');
    try {
      return await dirty.waitFor({ state: 'detached', timeout: 3000 });
    } catch {
      await page.locator('.editor-group-container.active .view-line').first().click();
    }
  }
  await dirty.waitFor({ state: 'detached' });
}
