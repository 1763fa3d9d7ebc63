// What a person does with the assistant, and what they see of it.
import assert from 'node:assert/strict';
import { command, notification, webview } from './workbench.mjs';
import { until } from './until.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Frame} Frame */
/** @typedef {import('playwright-core').Locator} Locator */

/** The default model's answers often fail the checks; a person would press “Try Again”, too. */
const ATTEMPTS = 6;

/** Generous: a busy machine with two cores decodes a few tokens a second. */
export const ANSWER_TIMEOUT_MS = 180_000;

/** The choices in front: those of a diff, or of a new file. @param {Page} page */
function preview(page) {
  return choiceButton(page, 'Accept Edit');
}

/**
 * Wait for the preview of an edit that was asked for. While the checks refuse what the model wrote, try again.
 * Returns the refusals on the way.
 * @param {Page} page
 */
export async function waitForPreview(page) {
  const refusal = refusalOf(page);
  /** @type {string[]} */
  const refusals = [];
  while (refusals.length < ATTEMPTS) {
    const seen = await until(
      async () =>
        ((await preview(page).isVisible()) && 'preview') ||
        ((await refusal.isVisible()) && 'refusal') ||
        null,
      'a preview, or a refusal',
      ANSWER_TIMEOUT_MS,
    );
    if (seen === 'preview') {
      await announcement(page).waitFor();
      return refusals;
    }
    refusals.push(await refusal.innerText());
    await refusal.getByRole('button', { name: 'Try Again' }).click();
    await refusal.waitFor({ state: 'detached' });
  }
  assert.fail(`Every answer was refused:\n${refusals.join('\n')}`);
}

/** @param {Page} page */
function refusalOf(page) {
  return page.locator('.notification-toast').filter({ hasText: 'Show Answer' }).last();
}

/** Whether an edit is in front, to be accepted or rejected. @param {Page} page */
export function isPreview(page) {
  return preview(page).isVisible();
}

/** Wait for what comes of an edit that was asked for, and return what its notification says. @param {Page} page */
export function editOrRefusal(page) {
  return until(
    async () => {
      for (const said of [announcement(page), refusalOf(page)])
        if (await said.isVisible()) return said.innerText();
      return null;
    },
    'an edit, or a refusal',
    ANSWER_TIMEOUT_MS,
  );
}

/** @typedef {'Accept Edit' | 'Reject Edit' | 'Try Edit Again'} Choice */

/** @param {Page} page @param {Choice} label */
function choiceButton(page, label) {
  return page.locator('.editor-group-container.active').getByRole('button', { name: label }).first();
}

/** Press a button of the preview's title bar. @param {Page} page @param {Choice} label */
export async function choose(page, label) {
  await choiceButton(page, label).click();
  await settled(page);
}

/** Press a button of the notification that announces the preview. @param {Page} page @param {string} label */
export async function pressInNotification(page, label) {
  await announcement(page).getByRole('button', { name: label, exact: true }).click();
}

/**
 * Accept a preview that is not in front: in its notification, or in its tab where a busy machine was so slow that the
 * notification has left by itself.
 * @param {Page} page @param {string} title of the tab
 */
export async function acceptElsewhere(page, title) {
  if (await announcement(page).isVisible()) {
    await pressInNotification(page, 'Accept');
  } else {
    await page.locator('.tab').filter({ hasText: title }).click();
    await choiceButton(page, 'Accept Edit').click();
  }
  await settled(page);
}

/** What says that there is a preview, and what was checked. @param {Page} page */
function announcement(page) {
  return notification(page, 'Reject');
}

/** Both the preview and its notification are gone. @param {Page} page */
export async function settled(page) {
  await preview(page).waitFor({ state: 'detached' });
  await announcement(page).waitFor({ state: 'detached' });
}

/** The page that explanations stream into. @param {Page} page */
export function resultPage(page) {
  return webview(page, '[data-testid=result-title]');
}

/** @param {Page} page */
export async function openChat(page) {
  await command(page, 'TT Assistant: Open Chat');
  return chatPage(page);
}

/** @param {Page} page */
export function chatPage(page) {
  return webview(page, '[data-testid=chat-input]');
}

/** @param {Frame} chat @param {string} question */
export async function ask(chat, question) {
  await chat.getByTestId('chat-input').fill(question);
  await chat.getByTestId('chat-send').click();
}

/**
 * Wait until an answer has one of `states`.
 * @param {Frame} frame
 * @param {string[]} states "waiting", "streaming", "done", "stopped" or "failed"
 * @param {number} index which answer of the page
 */
export function answer(frame, states, index = 0) {
  return until(
    async () => {
      const seen = await frame
        .getByTestId('answer')
        .nth(index)
        .evaluate(
          (element) => ({
            state: element.dataset['state'] ?? '',
            text: element.querySelector('[data-testid=markdown]')?.textContent?.trim() ?? '',
            all: element.textContent ?? '',
          }),
          undefined,
          { timeout: 5000 },
        );
      return states.includes(seen.state) ? seen : null;
    },
    `an answer that is ${states.join(' or ')}`,
    ANSWER_TIMEOUT_MS,
  );
}

/** What even the default model mostly answers with code. */
export const PROGRAM = 'Write a Python program that prints the squares of the numbers from 1 to 5.';

/**
 * The first block of Python in the answer of a chat. While there is none, or `isGood` says no, the answer is made anew: the
 * default model sometimes leaves the fence out.
 * @param {Frame} chat
 * @param {(block: Locator) => Promise<boolean>} isGood
 */
export async function answerWithCode(chat, isGood = () => Promise.resolve(true)) {
  const runnable = chat.getByTestId('code-block').filter({ has: chat.getByTestId('code-run') });
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    await answer(chat, ['done']);
    if ((await runnable.count()) > 0 && (await isGood(runnable.first()))) return runnable.first();
    await chat.getByTestId('answer-regenerate').click();
    await answer(chat, ['waiting', 'streaming']);
  }
  assert.fail('No answer had a block of Python that could be used.');
}

/** Apply a code block of a chat. Whether its preview is there; code that has no place in the file is refused. @param {Page} page @param {Locator} block */
export async function applyCode(page, block) {
  await block.getByTestId('code-apply').click();
  const refusal = page.locator('.notification-toast').filter({ has: page.locator('.codicon-error') });
  const seen = await until(
    async () =>
      ((await preview(page).isVisible()) && 'preview') || ((await refusal.isVisible()) && 'refusal') || null,
    'a preview of the code, or a refusal',
  );
  if (seen === 'refusal') {
    await clearNotifications(page);
    return false;
  }
  await announcement(page).waitFor();
  return true;
}

/** Wait until part of an answer is there. @param {Frame} frame @param {number} index */
export async function someText(frame, index = 0) {
  return until(
    async () => {
      const seen = await answer(frame, ['streaming', 'done'], index);
      return seen.text.length > 0 ? seen : null;
    },
    'the first words of an answer',
    ANSWER_TIMEOUT_MS,
  );
}

/** No message of ours may be left over from an earlier scenario. @param {Page} page */
export async function clearNotifications(page) {
  await command(page, 'Notifications: Clear All Notifications');
  await notification(page, /./).waitFor({ state: 'detached' });
}
