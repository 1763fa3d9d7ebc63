// Debian packages: installed where apt is there and we are root, otherwise named.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { output, SetupError, step } from './process.mjs';

/** @param {string} program */
export const onPath = (program) =>
  (process.env.PATH ?? '').split(path.delimiter).some((dir) => fs.existsSync(path.join(dir, program)));

const PACKAGES = [
  {
    name: 'libgomp1',
    why: 'the CPU engine needs it',
    tests: false,
    present: () =>
      ['/usr/lib', '/usr/lib64', '/lib64'].some((dir) => fs.existsSync(path.join(dir, 'libgomp.so.1'))) ||
      (fs.existsSync('/usr/lib') &&
        fs.readdirSync('/usr/lib').some((dir) => fs.existsSync(path.join('/usr/lib', dir, 'libgomp.so.1')))),
  },
  {
    name: 'python3-venv',
    why: 'Python’s venv module is missing',
    tests: false,
    present: () => !onPath('python3') || spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0,
  },
  {
    name: 'chromium',
    why: 'the end-to-end tests need a browser',
    tests: true,
    present: () => Boolean(browserPath()),
  },
  {
    name: 'neovim',
    why: 'the tests from a plain LSP client need it',
    tests: true,
    present: () => onPath('nvim'),
  },
];

/** The Chromium the tests drive; undefined when there is none. */
export function browserPath() {
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) =>
    fs.existsSync(file),
  );
}

/** @param {{ tests: boolean }} options */
export async function debianPackages({ tests }) {
  if (process.platform !== 'linux') return;
  const missing = PACKAGES.filter((item) => (tests || !item.tests) && !item.present());
  if (missing.length === 0) return;
  const names = missing.map((item) => item.name);
  if (!onPath('apt-get') || process.getuid?.() !== 0) {
    const reasons = missing.map((item) => `  ${item.name}: ${item.why}`).join('\n');
    throw new SetupError(
      `These packages are missing:\n${reasons}\nInstall them, for example with: sudo apt-get install ${names.join(' ')}`,
    );
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await step(`Debian packages: ${names.join(', ')}`, async () => {
    await output('apt-get', ['update', '-qq'], { env });
    await output('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env });
  });
}
