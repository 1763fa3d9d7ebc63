// Chooses the interpreter of the language server: the setting, else the Python extension's, else the one on PATH.
import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { failure, FailureError } from './failure';
import { isSupported, OLDEST_PYTHON, parseVersion, type PythonVersion } from './pythonVersion';
import { readSettings } from './settings';

const run = promisify(execFile);
const PROBE_TIMEOUT_MS = 10_000;

/** The first usable interpreter. Throws a FailureError that says what was found instead. */
export async function findPython(log: vscode.LogOutputChannel): Promise<string> {
  const chosen = readSettings().python;
  const candidates = chosen ? [chosen] : await defaultCandidates(log);
  const tooOld: string[] = [];
  for (const candidate of candidates) {
    const version = await probe(candidate, log);
    if (version && isSupported(version)) return candidate;
    if (version) tooOld.push(`${candidate} is Python ${version.text}`);
  }
  throw new FailureError(failure(explain(chosen, tooOld), 'openSettings'));
}

function explain(chosen: string, tooOld: readonly string[]): string {
  const needed = `TT Coding Assistant needs Python ${OLDEST_PYTHON} or newer`;
  if (tooOld.length > 0)
    return `${needed}, but ${tooOld.join(' and ')}. Set ttAssistant.python to a newer one.`;
  if (chosen) return `${needed}, and “${chosen}” (setting ttAssistant.python) cannot be run.`;
  return `${needed}, and none was found. Install it, or set ttAssistant.python to its path.`;
}

async function defaultCandidates(log: vscode.LogOutputChannel): Promise<string[]> {
  const onPath = process.platform === 'win32' ? ['python', 'py'] : ['python3', 'python'];
  const selected = await selectedInPythonExtension(log);
  return selected ? [selected, ...onPath] : onPath;
}

interface PythonExtensionApi {
  environments: { getActiveEnvironmentPath(): { path: string } };
}

/** A workspace chooses this interpreter, so it counts only where the workspace is trusted. */
async function selectedInPythonExtension(log: vscode.LogOutputChannel): Promise<string | undefined> {
  if (!vscode.workspace.isTrusted) return undefined;
  const extension = vscode.extensions.getExtension<PythonExtensionApi>('ms-python.python');
  if (!extension) return undefined;
  try {
    const api = await extension.activate();
    return api.environments.getActiveEnvironmentPath().path;
  } catch (error) {
    log.warn(`The Python extension names no interpreter: ${String(error)}`);
    return undefined;
  }
}

async function probe(python: string, log: vscode.LogOutputChannel): Promise<PythonVersion | undefined> {
  try {
    const { stdout, stderr } = await run(python, ['--version'], { timeout: PROBE_TIMEOUT_MS });
    return parseVersion(stdout || stderr);
  } catch (error) {
    log.warn(`Cannot run ${python}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
