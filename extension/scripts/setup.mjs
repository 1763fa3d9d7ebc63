// Installs what the project needs and nothing twice: Debian packages, the Python environment with the default model,
// npm packages, and code-server with its own Node. An unchanged machine passes in well under a second.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { debianPackages } from './debian.mjs';
import { ensureIde } from './ide.mjs';
import { NODE_MODULES, ROOT } from './paths.mjs';
import { environmentWithoutNpm, isMain, output, run, SetupError, step } from './process.mjs';
import { ensureContractPackages, ensurePython } from './python-environment.mjs';
import { digest, isCurrent, writeStamp } from './stamp.mjs';

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) throw new SetupError(`Node ${process.versions.node} is too old; install Node 20 or newer.`);
}

async function ensureNodeModules() {
  const lock = path.join(ROOT, 'package-lock.json');
  const wanted = digest(lock);
  if (fs.existsSync(NODE_MODULES) && isCurrent(NODE_MODULES, wanted)) return;
  await step('npm packages', async () => {
    await output('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      env: environmentWithoutNpm(),
    });
    writeStamp(NODE_MODULES, wanted);
  });
}

/** `tests` also installs what only the tests need: a browser, Neovim and PyTorch. `ide` is VS Code in the browser. */
export async function setup({ tests = false, ide = true } = {}) {
  checkNode();
  await debianPackages({ tests });
  await (tests ? ensureContractPackages() : ensurePython());
  await ensureNodeModules();
  if (ide) await ensureIde();
}

if (isMain(import.meta)) await run(() => setup({ tests: process.argv.includes('--tests') }));
