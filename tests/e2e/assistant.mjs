// What a person does with the assistant, and what they see of it.
import assert from 'node:assert/strict';
import { command, notification, webview } from './workbench.mjs';
import { until } from './until.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Frame} Frame */

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

/** @param {Page} page @param {'Accept Edit' | 'Reject Edit'} label */
function choiceButton(page, label) {
  return page.locator('.editor-group-container.active').getByRole('button', { name: label }).first();
}

/** Press a button of the preview's title bar. @param {Page} page @param {'Accept Edit' | 'Reject Edit'} label */
export async function choose(page, label) {
  await choiceButton(page, label).click();
  await settled(page);
}

/** Press a button of the notification that announces the preview. @param {Page} page @param {string} label */
export async function pressInNotification(page, label) {
  await announcement(page).getByRole('button', { name: label, exact: true }).click();
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
