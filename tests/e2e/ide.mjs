// One real VS Code for tests: code-server with the packaged extension, a browser on it, and directories of its own for
// settings, the workspace, downloads and the engine. Nothing between the click and the model is replaced.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium } from 'playwright-core';
import {
  freePort,
  ideDirectories,
  installVsix,
  QUIET_SETTINGS,
  startCodeServer,
  writeSettings,
} from '../../extension/scripts/code-server.mjs';
import { browserPath } from '../../extension/scripts/debian.mjs';
import { ARTIFACTS, EXAMPLES, VSIX } from '../../extension/scripts/paths.mjs';
import { until } from './until.mjs';
import { command } from './workbench.mjs';

const FIRST_PORT = 8900;

/** Beside those of npm start: nothing pops up over the page, nothing moves, nothing is saved by itself. */
const TEST_SETTINGS = {
  ...QUIET_SETTINGS,
  'chat.disableAIFeatures': true,
  'editor.hover.delay': 100,
  'editor.minimap.enabled': false,
  'editor.stickyScroll.enabled': false,
  'files.autoSave': 'off',
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'window.confirmBeforeClose': 'never',
  'workbench.reduceMotion': 'on',
};

/** One thread is slower alone, but it does not spin while it waits for another on a busy machine. */
const TEST_MACHINE_SETTINGS = {
  'ttAssistant.engine.threads': 1,
  // What is prepared by the time a test asks depends on how busy the machine is.
  'ttAssistant.idle.enabled': false,
};

/**
 * @typedef {Awaited<ReturnType<typeof openIde>>} Ide
 * @typedef {{ pid: number, model: string, socket: string }} Host
 */

/**
 * @param {{
 *   files?: Record<string, string>,
 *   settings?: Record<string, unknown>,
 *   machine?: Record<string, unknown>,
 * }} options `files` are added to a copy of the Python example; `machine` are settings of the machine
 */
export async function openIde({ files = {}, settings = {}, machine = {} } = {}) {
  // A short path: the engine's Unix socket is in it, and those may have about 100 characters.
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'tt-e2e-'));
  const workspace = path.join(base, 'bookshop');
  fs.cpSync(path.join(EXAMPLES, 'python'), workspace, {
    recursive: true,
    filter: (file) => !file.includes('__pycache__'),
  });
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(workspace, name)), { recursive: true });
    fs.writeFileSync(path.join(workspace, name), text);
  }
  const directories = ideDirectories(path.join(base, 'ide'));
  const runtime = path.join(base, 'run');
  const data = path.join(base, 'data');
  /** Replace the settings of the machine; VS Code notices. @param {Record<string, unknown>} machine */
  const setMachine = (machine) =>
    writeSettings(directories, {
      user: { ...TEST_SETTINGS, ...settings },
      machine: { ...TEST_MACHINE_SETTINGS, ...machine },
    });
  setMachine(machine);
  await installVsix(directories, VSIX);
  const server = await startCodeServer(directories, {
    folder: workspace,
    port: await freePort(FIRST_PORT),
    args: ['--disable-workspace-trust'],
    env: { TT_ASSISTANT_RUNTIME_DIR: runtime, TT_ASSISTANT_DATA_DIR: data },
  });
  const browser = await chromium.launch({
    executablePath: browserPath() ?? 'chromium',
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-background-networking',
    ],
  });
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(server.url);
  await page.locator('.part.statusbar .statusbar-item').first().waitFor({ timeout: 60_000 });

  /** @param {string} name */
  const onDisk = (name) => fs.readFileSync(path.join(workspace, name), 'utf8');

  /** The line, from 1, on which `text` first appears in a file. @param {string} name @param {string} text */
  function lineOf(name, text) {
    const index = onDisk(name)
      .split('\n')
      .findIndex((line) => line.includes(text));
    if (index < 0) throw new Error(`${name} has no “${text}”.`);
    return index + 1;
  }

  /** The engine hosts that say they live. @returns {Host[]} */
  function hosts() {
    if (!fs.existsSync(runtime)) return [];
    const records = fs.readdirSync(runtime).filter((name) => name.endsWith('.json'));
    return records
      .map((name) => JSON.parse(fs.readFileSync(path.join(runtime, name), 'utf8')))
      .filter((host) => isAlive(host.pid));
  }

  /** @param {string} name */
  async function screenshot(name) {
    fs.mkdirSync(ARTIFACTS, { recursive: true });
    await page.screenshot({ path: path.join(ARTIFACTS, `${name}.png`) });
  }

  /** Everything that helps to understand a failure. @param {string} name */
  async function keepEvidence(name) {
    const kept = path.join(ARTIFACTS, `${name}-failed`);
    await screenshot(`${name}-failed`).catch(() => undefined);
    // code-server writes no files for output channels.
    await command(page, 'TT Assistant: Show Log').catch(() => undefined);
    await screenshot(`${name}-failed-log`).catch(() => undefined);
    await command(page, 'View: Hide Panel').catch(() => undefined);
    for (const [from, to] of [
      [path.join(directories.data, 'logs'), 'logs'],
      [directories.log, 'code-server.log'],
      [runtime, 'run'],
      [workspace, 'workspace'],
    ]) {
      const filter = (/** @type {string} */ file) => !fs.lstatSync(file).isSocket();
      if (from && to && fs.existsSync(from))
        fs.cpSync(from, path.join(kept, to), { recursive: true, filter });
    }
  }

  async function close() {
    await browser.close();
    await server.stop();
    const left = hosts();
    for (const host of left) process.kill(host.pid, 'SIGTERM');
    await until(() => left.every((host) => !isAlive(host.pid)), 'the engine to leave', 15_000);
    fs.rmSync(base, { recursive: true, force: true });
  }

  return { page, workspace, data, onDisk, lineOf, hosts, setMachine, screenshot, keepEvidence, close };
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    // A child nobody has waited for yet still has a number.
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
