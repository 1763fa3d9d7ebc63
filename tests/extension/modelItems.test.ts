import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choice, modelItem } from '../../extension/src/modelItems';
import type { ModelInfo } from '../../extension/src/protocol';

const FILE: ModelInfo = {
  id: 'qwen',
  name: 'Qwen2.5 Coder 0.5B',
  description: 'Right for a laptop.',
  sizeBytes: 491_400_064,
  licence: 'Apache-2.0',
};
const BOARD: ModelInfo = {
  id: 'llama-3.1-8b',
  name: 'Llama 3.1 8B Instruct',
  description: 'What this assistant was made for.',
  sizeBytes: 0,
  licence: 'Llama 3.1 Community License',
  runs: 'n300: complete, 131,072 tokens, 44.2 tokens/s published',
  use: 'meta-llama/Llama-3.1-8B-Instruct',
  command: 'hf download meta-llama/Llama-3.1-8B-Instruct',
};

test('a file says its size, a board’s model how it runs', () => {
  assert.equal(modelItem(FILE).description, '491 MB · Apache-2.0');
  assert.equal(modelItem(FILE).detail, 'Right for a laptop.');
  assert.equal(modelItem(BOARD).description, 'Llama 3.1 Community License');
  assert.match(modelItem(BOARD).detail, /^n300: complete, 131,072 tokens, 44\.2 tokens\/s published · What/);
  assert.match(modelItem({ ...BOARD, command: '', path: '/models/abc' }).description, /already here$/);
});

test('what is here is used, a file is downloaded, a board’s weights are brought by a command', () => {
  assert.deepEqual(choice(FILE), { kind: 'download' });
  assert.deepEqual(choice({ ...FILE, path: '/m.gguf' }), { kind: 'use', model: '/m.gguf' });
  assert.deepEqual(choice(BOARD), { kind: 'command', model: BOARD.use, command: BOARD.command });
  assert.deepEqual(choice({ ...BOARD, command: '', path: '/models/abc' }), { kind: 'use', model: BOARD.use });
});
