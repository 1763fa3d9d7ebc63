// `node python.mjs ARGS` runs the project's Python with ARGS, making the environment first where it is missing.
import process from 'node:process';
import { PYTHON } from './paths.mjs';
import { exitCodeOf, run } from './process.mjs';
import { ensurePython } from './python-environment.mjs';

await run(async () => {
  await ensurePython();
  return exitCodeOf(PYTHON, process.argv.slice(2));
});
