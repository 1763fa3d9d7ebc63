// Starts code-server (real VS Code, in a browser) with settings, extensions and data of its own.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { IDE_ENTRY, IDE_NODE } from './ide.mjs';
import { PYTHON } from './paths.mjs';
import { environmentWithoutNpm, output, SetupError } from './process.mjs';

const START_TIMEOUT_MS = 60_000;

/** Settings for a VS Code that talks to nobody: no telemetry, updates, experiments or sign-in. */
export const QUIET_SETTINGS = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'workbench.enableExperiments': false,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.commandCenter.enabled': false,
};

/**
 * Where one code-server keeps everything.
 * @param {string} base
 */
export function ideDirectories(base) {
  return {
    base,
    data: path.join(base, 'data'),
    extensions: path.join(base, 'extensions'),
    userSettings: path.join(base, 'data', 'User', 'settings.json'),
    machineSettings: path.join(base, 'data', 'Machine', 'settings.json'),
    log: path.join(base, 'code-server.log'),
  };
}

/**
 * Settings with the scope "machine" are read from the Machine file only. `keepUser` leaves an existing user file alone.
 * @param {ReturnType<typeof ideDirectories>} directories
 * @param {{ user: object, machine?: object, keepUser?: boolean }} settings
 */
export function writeSettings(directories, { user, machine = {}, keepUser = false }) {
  if (!keepUser || !fs.existsSync(directories.userSettings)) writeJson(directories.userSettings, user);
  writeJson(directories.machineSettings, { 'ttAssistant.python': PYTHON, ...machine });
}

/** @param {string} file @param {object} value */
function writeJson(file, value) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, JSON.stringify(value, null, 2) + '\n');
}

/** @param {Record<string, string>} extra */
function environment(extra = {}) {
  const env = environmentWithoutNpm();
  return {
    ...env,
    // No marketplace: the browser and the server talk to this machine only.
    EXTENSIONS_GALLERY: '{}',
    PATH: `${path.dirname(IDE_NODE)}${path.delimiter}${env.PATH}`,
    ...extra,
  };
}

/** @param {ReturnType<typeof ideDirectories>} directories */
function commonArguments({ base, data, extensions }) {
  const config = path.join(base, 'config.yaml');
  fs.mkdirSync(base, { recursive: true });
  fs.writeFileSync(config, '{}\n');
  return [IDE_ENTRY, '--user-data-dir', data, '--extensions-dir', extensions, '--config', config];
}

/** @param {ReturnType<typeof ideDirectories>} directories @param {string} vsix */
export async function installVsix(directories, vsix) {
  const args = [...commonArguments(directories), '--install-extension', vsix, '--force'];
  await output(IDE_NODE, args, { env: environment() });
}

/**
 * The first free port from `first` on.
 * @param {number} first
 */
export async function freePort(first) {
  for (let port = first; port < first + 100; port++) {
    if (await isFree(port)) return port;
  }
  throw new SetupError(`No free port between ${first} and ${first + 99}.`);
}

/** @param {number} port @returns {Promise<boolean>} */
export function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/**
 * Start code-server on a folder and wait until it answers.
 * @param {ReturnType<typeof ideDirectories>} directories
 * @param {{ folder: string, port: number, env?: Record<string, string>, args?: string[] }} options
 */
export async function startCodeServer(directories, { folder, port, env = {}, args = [] }) {
  const log = fs.openSync(directories.log, 'w');
  const child = spawn(
    IDE_NODE,
    [
      ...commonArguments(directories),
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...args,
      folder,
    ],
    // A process group of its own, so that stopping it stops its extension hosts too.
    { env: environment(env), stdio: ['ignore', log, log], detached: true },
  );
  fs.closeSync(log);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const address = `http://127.0.0.1:${port}`;

  async function stop() {
    signal(child, 'SIGTERM');
    const timer = setTimeout(() => signal(child, 'SIGKILL'), 5000);
    await exited;
    clearTimeout(timer);
  }

  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(`${address}/healthz`))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new SetupError(`code-server did not start; its log is ${directories.log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url: `${address}/?folder=${encodeURIComponent(folder)}`, exited, stop };
}

/** @param {string} url */
async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} name */
function signal(child, name) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, name);
  } catch {
    // It is gone already.
  }
}
