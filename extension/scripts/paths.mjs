// Every path the scripts share, named once.
import path from 'node:path';
import process from 'node:process';

const windows = process.platform === 'win32';

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const BUILD = path.join(ROOT, 'build');
/** Pure-Python dependencies of the server, as they go into the VSIX. */
export const LIBS = path.join(BUILD, 'libs');
export const VSIX = path.join(BUILD, 'tt-coding-assistant.vsix');
/** Screenshots, logs and test reports; kept after a run. */
export const ARTIFACTS = path.join(BUILD, 'artifacts');
export const EXAMPLES = path.join(ROOT, 'examples');

export const VENV = path.join(ROOT, '.venv');
const VENV_BIN = path.join(VENV, windows ? 'Scripts' : 'bin');
export const PYTHON = path.join(VENV_BIN, windows ? 'python.exe' : 'python');
export const UV = path.join(VENV_BIN, windows ? 'uv.exe' : 'uv');

export const NODE_MODULES = path.join(ROOT, 'node_modules');
/** The command line tool of an npm development dependency. @param {string} name */
export const tool = (name) => path.join(NODE_MODULES, '.bin', windows ? `${name}.cmd` : name);

/** Node 24 and code-server, installed from npm beside their committed lock files. */
export const IDE = path.join(ROOT, 'extension', 'ide');
