// The chat panel, and what survives a window reload.
import assert from 'node:assert/strict';
import {
  answer,
  answerWithCode,
  applyCode,
  ask,
  chatPage,
  choose,
  clearNotifications,
  openChat,
  PROGRAM,
  someText,
} from './assistant.mjs';
import { scenarios } from './scenario.mjs';
import { until } from './until.mjs';
import { command, openFile, pick, pressInEditor, save, selectLines, waitForChange } from './workbench.mjs';

const PRICES = 'bookshop/prices.py';
const scenario = scenarios();

scenario('chat', 'a chat of two turns: one is answered, one is stopped', async ({ page }) => {
  await openFile(page, PRICES);
  const chat = await openChat(page);

  await chat.getByTestId('suggested').getByText('prices.py:1').waitFor();
  await ask(chat, 'Say hello.');
  const first = await answer(chat, ['done'], 0);
  assert.match(first.all, /prices\.py, line 1/, 'the code in front went along');
  await ask(chat, 'Write a very long story about a bookshop, with many chapters.');
  await someText(chat, 1);
  await chat.getByTestId('chat-stop').click();
  const second = await answer(chat, ['stopped'], 1);

  assert.ok(first.text.length > 0);
  assert.ok(second.text.length > 0, 'what was said before the stop stays');
});

scenario('reload', 'a window reload keeps the loaded engine and the chat', async (ide) => {
  const { page } = ide;
  const before = ide.hosts();
  assert.equal(before.length, 1);
  const said = await (await openChat(page)).getByTestId('chat-log').innerText();

  const loaded = page.waitForEvent('load');
  await command(page, 'Developer: Reload Window');
  await loaded;
  await page.locator('.part.statusbar .statusbar-item').first().waitFor({ timeout: 60_000 });

  const chat = await openChat(page);
  await chat.getByTestId('exchange').nth(1).waitFor();
  assert.equal(await chat.getByTestId('chat-log').innerText(), said);
  await ask(chat, 'Say goodbye.');
  await answer(chat, ['done'], 2);
  assert.deepEqual(
    ide.hosts().map((host) => host.pid),
    before.map((host) => host.pid),
  );
  await until(
    () => page.locator('#ttAssistant\\.status, [id$="ttAssistant.status"]').isVisible(),
    'the status bar item',
  );
});

scenario('chat-code', 'code of an answer: previewed, rejected, then inserted at the cursor', async (ide) => {
  const { page } = ide;
  const before = ide.onDisk(PRICES);
  const line = ide.lineOf(PRICES, 'def clamp(');
  await openFile(page, PRICES, line);
  await selectLines(page, 6);
  await command(page, 'TT Assistant: New Chat');
  const chat = await chatPage(page);
  await chat.getByTestId('welcome').waitFor();
  await chat.locator('[data-testid=chat-input]:focus').waitFor();

  await chat.getByTestId('chat-attach').click();
  await pick(page, 'Selection');
  await chat
    .getByTestId('attached')
    .getByText(`prices.py:${line}-${line + 5}`)
    .waitFor();
  await ask(chat, PROGRAM);
  await chat
    .getByTestId('question')
    .getByText(`prices.py:${line}-${line + 5}`)
    .waitFor();
  await answerWithCode(chat);
  await clearNotifications(page);
  await openFile(page, PRICES, line - 1);
  const block = await answerWithCode(chat, (block) => applyCode(page, block));
  await ide.screenshot('chat-code-preview');
  await choose(page, 'Reject Edit');
  assert.equal(await page.locator('.tab.dirty').count(), 0, 'no editor has unsaved changes');

  await block.getByTestId('code-insert').click();
  await waitForChange(page);
  assert.equal(ide.onDisk(PRICES), before);
  await save(page);
  const place = before.indexOf('\ndef clamp(');
  const code = (await block.locator('code').textContent()) ?? '';
  assert.equal(ide.onDisk(PRICES), before.slice(0, place) + code + before.slice(place));
  await ide.screenshot('chat-code-inserted');
  await pressInEditor(page, 'Control+Z');
  await waitForChange(page);
  await save(page);
  assert.equal(ide.onDisk(PRICES), before, 'one undo takes it back');
});

scenario(
  'chat-history',
  'an edited question is a chat of its own; the history has the one it was edited in',
  async ({ page }) => {
    const chat = await openChat(page);
    const exchanges = chat.getByTestId('exchange');
    const question = chat.getByTestId('question').first();
    await ask(chat, 'Say hello.');
    await answer(chat, ['done'], 1);
    const said = await chat.getByTestId('chat-log').innerText();

    await question.hover();
    await question.getByTestId('question-edit').click();
    assert.equal(await question.getByTestId('question-input').inputValue(), PROGRAM);
    await question.getByTestId('question-input').fill('Say goodbye.');
    await question.getByTestId('question-send').click();
    await exchanges.nth(1).waitFor({ state: 'detached' });
    await answer(chat, ['done']);
    assert.match(await question.innerText(), /^Say goodbye\.\s+prices\.py:/, 'its code goes along again');

    await page.getByRole('button', { name: 'New Chat' }).click();
    await chat.getByTestId('welcome').waitFor();
    await page.getByRole('button', { name: 'Chat History…' }).click();
    await pick(page, PROGRAM.slice(0, 40));
    await exchanges.nth(1).waitFor();
    assert.equal(await chat.getByTestId('chat-log').innerText(), said);
  },
);
