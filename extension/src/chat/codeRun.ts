// One run of a code block of an answer: what it printed and how it ended. Knows no vscode.
import type { ButtonId, Failure } from '../failure';
import type { RunCodeResult } from '../protocol';

export type RunState =
  | { kind: 'running' }
  | { kind: 'ended'; exitCode: number; seconds: number; network: boolean }
  | { kind: 'timedOut'; seconds: number }
  | { kind: 'stopped' }
  | { kind: 'failed'; message: string; button?: ButtonId };

export interface CodeRun {
  /** Which code block of the answer, from 0. */
  block: number;
  output: string;
  state: RunState;
}

/** What a question about a run may quote; a small model's window is soon full. */
const MOST_QUOTED = 4_000;

// eslint-disable-next-line no-control-regex
const COLOURS = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** What a fence says to the language that is run: as in lsp_server/snippets.py, which has the last word. */
const LANGUAGES: Record<string, string> = {
  python: 'Python',
  py: 'Python',
  python3: 'Python',
  javascript: 'JavaScript',
  js: 'JavaScript',
  node: 'JavaScript',
  mjs: 'JavaScript',
};

/** The language's name when code with this label can be run; never a shell. */
export function runnable(label: string): string | undefined {
  return Object.hasOwn(LANGUAGES, label) ? LANGUAGES[label] : undefined;
}

export function begin(block: number): CodeRun {
  return { block, output: '', state: { kind: 'running' } };
}

export function append(run: CodeRun, text: string): CodeRun {
  return { ...run, output: run.output + text };
}

export function end(run: CodeRun, result: RunCodeResult): CodeRun {
  const { output, exitCode, seconds, network = false } = result;
  const state: RunState =
    exitCode === undefined ? { kind: 'timedOut', seconds } : { kind: 'ended', exitCode, seconds, network };
  return { ...run, output, state };
}

/** What was printed stays. */
export function stopRun(run: CodeRun): CodeRun {
  return { ...run, state: { kind: 'stopped' } };
}

export function failRun(run: CodeRun, cause: Failure): CodeRun {
  const button = cause.button ? { button: cause.button } : {};
  return { ...run, state: { kind: 'failed', message: cause.message, ...button } };
}

/** `runs` with `run` in the place of the earlier one of its block. */
export function replaceRun(runs: readonly CodeRun[], run: CodeRun): CodeRun[] {
  return [...runs.filter(({ block }) => block !== run.block), run];
}

/** A run that was going on when the window closed is not going on any more. */
export function settledRuns(runs: readonly CodeRun[]): CodeRun[] {
  return runs.map((run) => (run.state.kind === 'running' ? stopRun(run) : run));
}

/** One line: "Exit code 0 · 0.3 s". */
export function describeRun({ state }: CodeRun): string {
  switch (state.kind) {
    case 'running':
      return 'Running';
    case 'ended': {
      const network = state.network ? ' · the network was within reach' : '';
      return `${ending(state.exitCode)} · ${state.seconds.toFixed(1)} s${network}`;
    }
    case 'timedOut':
      return `Stopped after ${Math.round(state.seconds)} s: the time was up`;
    case 'stopped':
      return 'Stopped';
    case 'failed':
      return state.message;
  }
}

/** Text as a terminal would leave it: without colours, and of a line that was written over only the last version. */
export function readable(output: string): string {
  const lines = output.replace(COLOURS, '').split('\n');
  return lines.map((line) => line.split('\r').filter(Boolean).at(-1) ?? '').join('\n');
}

/** The beginning of a question about a run that is over, for the user to go on. */
export function questionAbout(run: CodeRun): string {
  const printed = readable(run.output).trimEnd();
  const ended = describeEnd(run.state);
  return printed
    ? `I ran that code. It ${ended} and printed this:\n\n${quoted(printed)}\n\n`
    : `I ran that code. It ${ended} and printed nothing. `;
}

function describeEnd(state: RunState): string {
  if (state.kind === 'timedOut') return `was stopped after ${Math.round(state.seconds)} s`;
  if (state.kind !== 'ended') return 'was stopped';
  const { exitCode } = state;
  return exitCode < 0 ? `was ended by signal ${-exitCode}` : `ended with exit code ${exitCode}`;
}

/** What the user agrees to. */
export function terms(language: string, code: string, seconds: number, python: string): string {
  const lines = code.trimEnd().split('\n').length;
  const interpreter = language === 'Python' ? python || 'the project’s Python' : 'Node.js';
  return [
    `The model wrote it (${lines === 1 ? '1 line' : `${lines} lines`}). It runs on the machine of this workspace, with ${interpreter}, in an empty temporary folder.`,
    `It may take ${seconds} seconds and 2 GB of memory for each process; output beyond 50 kB is cut. The network is out of its reach where the system allows that. Your files are not: it can read and change them as you can.`,
  ].join('\n\n');
}

function ending(exitCode: number): string {
  return exitCode < 0 ? `Ended by signal ${-exitCode}` : `Exit code ${exitCode}`;
}

/** In a fence longer than any in it; of long output the beginning and, where errors are, the end. */
function quoted(text: string): string {
  const half = MOST_QUOTED / 2;
  const shown =
    text.length <= MOST_QUOTED ? text : `${text.slice(0, half)}\n[…]\n${text.slice(text.length - half)}`;
  const longest = Math.max(2, ...(shown.match(/`{3,}/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${shown}\n${fence}`;
}
