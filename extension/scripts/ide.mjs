// Node 24 and code-server (VS Code in the browser) from npm, without compiling anything.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { onPath } from './debian.mjs';
import { IDE } from './paths.mjs';
import { environmentWithoutNpm, output, SetupError, step } from './process.mjs';
import { digest, isCurrent, writeStamp } from './stamp.mjs';

const NODE24 = path.join(IDE, 'node24');
const CODE_SERVER = path.join(IDE, 'code-server');
const PACKAGE = path.join(CODE_SERVER, 'node_modules', 'code-server');

/** The Node binary that runs code-server, and code-server's entry point. */
export const IDE_NODE = path.join(NODE24, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
export const IDE_ENTRY = path.join(PACKAGE, 'out', 'node', 'entry.js');

export async function ensureIde() {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new SetupError(
      `VS Code in the browser runs on Linux (x64 or arm64), not on ${process.platform} ${process.arch}. ` +
        'Build the extension with "npm run package" and install it in desktop VS Code instead.',
    );
  }
  await ensureNode24();
  await ensureCodeServer();
}

async function ensureNode24() {
  const wanted = digest(path.join(NODE24, 'package-lock.json'));
  if (fs.existsSync(IDE_NODE) && isCurrent(path.join(NODE24, 'node_modules'), wanted)) return;
  await step('Node 24 for code-server (40 MB)', async () => {
    await npm(NODE24, ['ci', '--ignore-scripts']);
    writeStamp(path.join(NODE24, 'node_modules'), wanted);
  });
}

async function ensureCodeServer() {
  const wanted = digest(path.join(CODE_SERVER, 'package-lock.json'));
  if (isCurrent(path.join(CODE_SERVER, 'node_modules'), wanted)) return;
  const vscode = path.join(PACKAGE, 'lib', 'vscode');
  await step('code-server: VS Code in the browser (200 MB)', async () => {
    const env = nodeOnPath();
    await npm(CODE_SERVER, ['ci', '--ignore-scripts'], env);
    // Its published shrinkwrap does not match its manifest, so "npm ci" refuses in these two.
    for (const cwd of [vscode, path.join(vscode, 'extensions')]) {
      await npm(cwd, ['install', '--omit=dev', '--ignore-scripts'], env);
    }
  });
  await buildLogWriter(vscode);
  writeStamp(path.join(CODE_SERVER, 'node_modules'), wanted);
}

/** The one native part worth compiling: without it the editor works, but its output channels stay empty. @param {string} vscode */
async function buildLogWriter(vscode) {
  if (!['make', 'g++', 'python3'].every(onPath)) return;
  const nodedir = path.dirname(path.dirname(IDE_NODE));
  await step('code-server: output channels', () =>
    npm(vscode, ['rebuild', '@vscode/spdlog'], { ...nodeOnPath(), npm_config_nodedir: nodedir }),
  );
}

const nodeOnPath = () => ({
  PATH: `${path.dirname(IDE_NODE)}${path.delimiter}${environmentWithoutNpm().PATH}`,
});

/** @param {string} cwd @param {string[]} args @param {Record<string, string>} extra */
function npm(cwd, args, extra = {}) {
  const env = { ...environmentWithoutNpm(), ...extra };
  return output('npm', [...args, '--no-audit', '--no-fund'], { cwd, env });
}
