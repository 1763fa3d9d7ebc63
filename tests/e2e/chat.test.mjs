// The chat panel, and what survives a window reload.
import assert from 'node:assert/strict';
import { answer, ask, openChat, someText } from './assistant.mjs';
import { scenarios } from './scenario.mjs';
import { until } from './until.mjs';
import { command, openFile } from './workbench.mjs';

const scenario = scenarios();

scenario('chat', 'a chat of two turns: one is answered, one is stopped', async ({ page }) => {
  await openFile(page, 'bookshop/prices.py');
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
