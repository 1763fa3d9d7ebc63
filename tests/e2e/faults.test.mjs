// What happens when the engine dies in the middle of an answer.
import assert from 'node:assert/strict';
import process from 'node:process';
import { answer, ask, openChat, someText } from './assistant.mjs';
import { isAlive } from './ide.mjs';
import { scenarios } from './scenario.mjs';
import { until } from './until.mjs';

const scenario = scenarios();

scenario(
  'engine-killed',
  'the engine is killed mid-answer: a message, and the next question works',
  async (ide) => {
    const chat = await openChat(ide.page);
    await ask(chat, 'Write a very long story about a bookshop, with many chapters.');
    await someText(chat, 0);
    const [host] = ide.hosts();
    assert.ok(host);

    process.kill(host.pid, 'SIGKILL');

    const failed = await answer(chat, ['failed'], 0);
    assert.match(failed.all, /engine/i);
    assert.ok(failed.text.length > 0, 'what was said before stays');
    await until(() => !isAlive(host.pid), 'the host to be gone');
    await ask(chat, 'Say hello.');
    assert.ok((await answer(chat, ['done'], 1)).text.length > 0);
    assert.notEqual(ide.hosts()[0]?.pid, host.pid);
  },
);
