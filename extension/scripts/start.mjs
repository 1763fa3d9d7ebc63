// npm start: installs what is missing, builds the extension, and opens it in real VS Code in the browser on examples/.
// `npm start -- --port 8081` chooses the port, `-- FOLDER` another folder.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import {
  freePort,
  ideDirectories,
  installVsix,
  isFree,
  QUIET_SETTINGS,
  startCodeServer,
  writeSettings,
} from './code-server.mjs';
import { packageVsix } from './package.mjs';
import { BUILD, EXAMPLES } from './paths.mjs';
import { run, SetupError, step } from './process.mjs';
import { setup } from './setup.mjs';
import { digest, isCurrent, writeStamp } from './stamp.mjs';

const DEFAULT_PORT = 8080;

function choices() {
  try {
    const { values, positionals } = parseArgs({
      options: { port: { type: 'string' } },
      allowPositionals: true,
    });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) {
      throw new Error(`--port ${values.port} is not a port.`);
    }
    const folder = positionals[0] === undefined ? EXAMPLES : path.resolve(positionals[0]);
    if (!fs.existsSync(folder)) throw new Error(`There is no folder ${folder}.`);
    return { port, folder };
  } catch (error) {
    throw new SetupError(
      `${error instanceof Error ? error.message : error}\nUsage: npm start -- [--port PORT] [FOLDER]`,
    );
  }
}

const INITIAL_SETTINGS = {
  ...QUIET_SETTINGS,
  // No sign-in to anything beside the assistant that is to be tried, and the examples’ README says how.
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'readme',
  'git.openRepositoryInParentFolders': 'never',
};

/** @param {number | undefined} wanted */
async function choosePort(wanted) {
  if (wanted === undefined) return freePort(DEFAULT_PORT);
  if (!(await isFree(wanted))) {
    throw new SetupError(
      `Port ${wanted} is in use. Choose another, or none: then the next free one is taken.`,
    );
  }
  return wanted;
}

await run(async () => {
  const { port: wanted, folder } = choices();
  const port = await choosePort(wanted);
  await setup();
  const vsix = await packageVsix();
  const directories = ideDirectories(path.join(BUILD, 'ide'));
  writeSettings(directories, { user: INITIAL_SETTINGS, keepUser: true });
  const installed = digest(vsix);
  if (!isCurrent(directories.extensions, installed)) {
    await step('install the extension', () => installVsix(directories, vsix));
    writeStamp(directories.extensions, installed);
  }
  // The examples are this project's own, and run as soon as you agree; another folder is trusted by you, in VS Code.
  const args = folder === EXAMPLES ? ['--disable-workspace-trust'] : [];
  const server = await step('start VS Code', () => startCodeServer(directories, { folder, port, args }));

  console.log(`\nOpen ${server.url}\n\nSelect a function, right-click, “TT Assistant”. Ctrl+C stops.`);
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => void server.stop());
  const code = await server.exited;
  return code === null || code === 0 || code === 143 ? 0 : 1;
});
