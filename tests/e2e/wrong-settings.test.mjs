// A machine without the Python or the model that its settings name: said where it shows, and mended without a restart.
import assert from 'node:assert/strict';
import { PYTHON } from '../../extension/scripts/paths.mjs';
import { answer, ask, openChat } from './assistant.mjs';
import { scenarios } from './scenario.mjs';
import { notification, openFile } from './workbench.mjs';

const NOWHERE = '/nowhere/python3';
const scenario = scenarios({ machine: { 'ttAssistant.python': NOWHERE } });

scenario(
  'no-python',
  'without Python: a message with a button, the question is kept, and the right setting mends it',
  async (ide) => {
    const { page } = ide;
    const said = notification(page, NOWHERE);
    await said.getByRole('button', { name: 'Open Settings' }).waitFor();
    await openFile(page, 'bookshop/prices.py');
    const chat = await openChat(page);
    await ask(chat, 'Say hello.');
    const failed = await answer(chat, ['failed']);
    assert.match(failed.all, /needs Python 3\.10 or newer.*Open Settings/);

    ide.setMachine({ 'ttAssistant.python': PYTHON });
    await page.getByRole('button', { name: /TT Assistant, running/ }).waitFor({ timeout: 60_000 });
    await chat.getByTestId('answer-regenerate').click();

    assert.ok((await answer(chat, ['done'])).text.length > 0);
  },
);

scenario(
  'no-model',
  'a model that is not there: a message with a button, and another model answers',
  async (ide) => {
    const { page } = ide;
    const chat = await openChat(page);
    ide.setMachine({ 'ttAssistant.python': PYTHON, 'ttAssistant.engine.model': '/nowhere/model.gguf' });
    await chat.getByTestId('chat-model').getByText('model', { exact: true }).waitFor();
    await ask(chat, 'Say goodbye.');

    const failed = await answer(chat, ['failed'], 1);
    assert.match(failed.all, /model\.gguf does not exist/);
    await chat.getByTestId('error').getByRole('button').waitFor();
    ide.setMachine({ 'ttAssistant.python': PYTHON });
    await chat
      .getByTestId('chat-model')
      .getByText(/SmolLM2/)
      .waitFor();
    await chat.getByTestId('answer-regenerate').click();

    assert.ok((await answer(chat, ['done'], 1)).text.length > 0);
  },
);
