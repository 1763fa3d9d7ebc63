// npm run test:contract: the board's contract at full length: every schedule, every mutant, the real ttnn wheels.
import process from 'node:process';
import { PYTHON } from './paths.mjs';
import { exitCodeOf, run } from './process.mjs';
import { ensureContractPackages } from './python-environment.mjs';

await run(async () => {
  await ensureContractPackages();
  return exitCodeOf(PYTHON, [
    ...['-m', 'pytest', 'tests/contract', '-q', '--schedules', '10000', '--timeout', '1800'],
    ...process.argv.slice(2),
  ]);
});
