// Running code of a chat answer: asked first, in the sandbox, with its output under the block.
import assert from 'node:assert/strict';
import { answerWithCode, ask, openChat, PROGRAM } from './assistant.mjs';
import { scenarios } from './scenario.mjs';
import { until } from './until.mjs';
import { openFile, pressInDialog } from './workbench.mjs';

const scenario = scenarios();

scenario(
  'run-code',
  'Run on a block of an answer asks first, shows the output below it, and takes it into a question',
  async (ide) => {
    const { page } = ide;
    await openFile(page, 'bookshop/prices.py');
    const chat = await openChat(page);
    await ask(chat, PROGRAM);
    await answerWithCode(chat);
    const run = chat.getByTestId('code-run').first();
    const result = chat.getByTestId('code-run-result');

    await run.click();
    await page.locator('.monaco-dialog-box').waitFor();
    await ide.screenshot('run-consent');
    await pressInDialog(page, 'Run this Python code?', 'Cancel');
    assert.equal(await result.count(), 0, 'without consent nothing is run');

    await run.click();
    await pressInDialog(page, 'Run this Python code?', 'Run Once');
    await until(
      async () => (await result.first().getAttribute('data-state')) === 'ended',
      'the code to end',
      60_000,
    );
    const said = await result.first().innerText();
    assert.match(said, /Exit code \d+ · \d+\.\d s/);
    await ide.screenshot('run-output');

    await result.first().getByTestId('code-run-ask').click();
    const input = chat.getByTestId('chat-input');
    await until(async () => (await input.inputValue()).startsWith('I ran that code.'), 'the question');
  },
);
