import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeChecks, plain } from '../../extension/src/checks';
import type { Receipt } from '../../extension/src/protocol';
import { isSupported, parseVersion } from '../../extension/src/pythonVersion';
import { describeDroppedTurns, describeReceipt } from '../../extension/src/receipt';
import { describeEngine, describeStatus, isTinyModel, shortModelName } from '../../extension/src/status';

const RECEIPT: Receipt = { parts: [], promptTokens: 1204, contextWindow: 8192 };

test('a receipt says only what is known', () => {
  assert.equal(describeReceipt(RECEIPT), '1,204 of 8,192 tokens');
});

test('a receipt says what came from the cache, how fast, and that something was cut', () => {
  const full: Receipt = {
    ...RECEIPT,
    parts: [{ name: 'file', tokens: 900, dropped: '12 function bodies folded' }],
    cachedTokens: 1100,
    ttftMs: 420,
    tokensPerSecond: 21.4,
    finishReason: 'length',
  };

  assert.equal(
    describeReceipt(full),
    '1,204 of 8,192 tokens · 1,100 from cache · first token 420 ms · 21 tokens/s · context cut to fit · stopped at the length limit',
  );
});

test('a receipt says that the answer was prepared earlier', () => {
  assert.equal(describeReceipt({ ...RECEIPT, prepared: true }), '1,204 of 8,192 tokens · prepared earlier');
});

test('turns that no longer fit are named', () => {
  assert.equal(describeDroppedTurns(RECEIPT), '');
  assert.match(describeDroppedTurns({ ...RECEIPT, droppedTurns: 1 }), /^The oldest turn was left out/);
  assert.match(describeDroppedTurns({ ...RECEIPT, droppedTurns: 4 }), /^The 4 oldest turns were left out/);
});

test('checks become a sentence, without Markdown marks', () => {
  const sentence = describeChecks([
    { name: 'parses', verdict: 'ok' },
    { name: 'tests', verdict: 'ok', detail: '3 passed' },
    { name: 'names', verdict: 'unknown', detail: '`x` is not resolved' },
  ]);

  assert.equal(sentence, 'Checked: parses, tests (3 passed). Not checked: names (x is not resolved).');
  assert.equal(plain('Docstring of `f`'), 'Docstring of f');
  assert.equal(plain('fails: [x](command:evil)'), 'fails: [x] (command:evil)');
});

test('what tests are worth is told, however long it is', () => {
  // "1 weak" never reached the user: a passed check's detail beyond 40 characters was left out.
  const sentence = describeChecks([
    { name: 'tests run', verdict: 'ok', detail: '1 pass, kills 0 of 9 mutants, 1 weak (test_number)' },
    { name: 'names', verdict: 'ok', detail: 'a sentence of more than forty characters, of no worth' },
  ]);

  assert.equal(sentence, 'Checked: tests run (1 pass, kills 0 of 9 mutants, 1 weak (test_number)), names.');
});

test('model names fit the status bar', () => {
  assert.equal(shortModelName('/models/SmolLM2-135M-Instruct.Q8_0.gguf'), 'SmolLM2-135M-Instruct.Q8_0');
  assert.equal(shortModelName('C:\\models\\a.gguf'), 'a');
  assert.equal(shortModelName('meta-llama/Llama-3.1-8B-Instruct'), 'Llama-3.1-8B-Instruct');
});

test('the built-in model is known to be tiny, whatever its file is called', () => {
  assert.ok(isTinyModel('smollm2-135m'));
  assert.ok(isTinyModel('/x/SmolLM2-135M-Instruct.Q8_0.gguf'));
  assert.ok(!isTinyModel('SmolLM2-1.7B-Instruct'));
});

test('every engine state has words', () => {
  const label = (state: Parameters<typeof describeStatus>[0]): string => describeStatus(state).label;

  assert.equal(label({ state: 'loading', model: 'm.gguf', progress: 0.42 }), 'm: loading 42 %');
  assert.equal(label({ state: 'ready', model: 'm.gguf', tokensPerSecond: 41.23 }), 'm · 41 tok/s');
  assert.equal(label({ state: 'busy', model: 'm.gguf', tokensPerSecond: 4.27 }), 'm · 4.3 tok/s');
  assert.equal(label({ state: 'stopped' }), 'TT Assistant');
  assert.equal(describeStatus({ state: 'failed' }).level, 'error');
});

test('the engine is named with its board where it has one', () => {
  assert.equal(
    describeEngine({ state: 'ready', kind: 'tt', model: 'm', board: 'n150' }),
    'm on Tenstorrent n150',
  );
  assert.equal(describeEngine({ state: 'ready', kind: 'cpu', model: 'm' }), 'm on this machine’s processor');
  assert.equal(describeEngine({ state: 'ready', model: 'm' }), 'm');
});

test('Python versions are read and compared', () => {
  const supported = (output: string): boolean | undefined => {
    const version = parseVersion(output);
    return version && isSupported(version);
  };

  assert.equal(parseVersion('Python 3.11.2\n')?.text, '3.11.2');
  assert.equal(supported('Python 3.10.0'), true);
  assert.equal(supported('Python 3.9.18'), false);
  assert.equal(supported('Python 2.7.18'), false);
  assert.equal(supported('Python 4.0'), true);
  assert.equal(supported('zsh: command not found'), undefined);
});
