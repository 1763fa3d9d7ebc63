// Every formatter, linter and type checker of both languages; all of them run, and the exit code tells if any failed.
// `--write` formats instead (npm run format).
import process from 'node:process';
import { PYTHON, tool } from './paths.mjs';
import { exitCodeOf, run } from './process.mjs';
import { setup } from './setup.mjs';

const PRETTIER_FILES = ['extension/**/*.{ts,mjs,css}', 'tests/**/*.{ts,mjs}', 'examples/**/*.ts'];
const GENERATE = ['extension/scripts/generate.py'];

/** @param {string[]} args @returns {[string, string[]]} */
const python = (...args) => [PYTHON, ['-m', ...args]];

/** @typedef {[name: string, command: string, args: string[]]} Step */

/** @type {Step[]} */
const CHECKS = [
  ['Python format', ...python('ruff', 'format', '--check', '.')],
  ['Python lint', ...python('ruff', 'check', '.')],
  ['Python types', ...python('mypy')],
  ['Format', tool('prettier'), ['--check', '--log-level=warn', ...PRETTIER_FILES]],
  ['Lint', tool('eslint'), ['--config', 'extension/eslint.config.mjs', 'extension', 'tests']],
  ['Types: extension', tool('tsc'), ['--noEmit', '-p', 'extension']],
  ['Types: webview', tool('tsc'), ['--noEmit', '-p', 'extension/src/webview']],
  ['Types: extension tests', tool('tsc'), ['--noEmit', '-p', 'tests/extension']],
  ['Types: end-to-end tests', tool('tsc'), ['--noEmit', '-p', 'tests/e2e']],
  ['Generated files', PYTHON, [...GENERATE, '--check']],
];

/** @type {Step[]} */
const FORMATTERS = [
  ['Python', ...python('ruff', 'format', '.')],
  ['Python imports', ...python('ruff', 'check', '--fix', '--select', 'I', '.')],
  ['TypeScript', tool('prettier'), ['--write', '--log-level=warn', ...PRETTIER_FILES]],
  ['Generated files', PYTHON, GENERATE],
];

await run(async () => {
  await setup({ ide: false });
  const failed = [];
  for (const [name, command, args] of process.argv.includes('--write') ? FORMATTERS : CHECKS) {
    console.log(`• ${name}`);
    if ((await exitCodeOf(command, args)) !== 0) failed.push(name);
  }
  if (failed.length > 0) {
    console.error(`\nFailed: ${failed.join(', ')}`);
  }
  return failed.length > 0 ? 1 : 0;
});
