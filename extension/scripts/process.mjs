// Running other programs: one line before each long step, and a sentence instead of a stack trace when one fails.
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { ROOT } from './paths.mjs';

/** A problem the person at the terminal can solve; printed without a stack trace. */
export class SetupError extends Error {}

/**
 * The environment npm was started in. npm adds its own settings, which an npm of another Node version must not inherit,
 * and our tools to PATH, where tests and the editor would take them for the user's.
 */
export function environmentWithoutNpm() {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) && name !== 'INIT_CWD');
  const directories = (process.env.PATH ?? '').split(path.delimiter);
  const PATH = directories.filter((directory) => !/node_modules|node-gyp-bin/.test(directory));
  return { ...Object.fromEntries(kept), PATH: PATH.join(path.delimiter) };
}

/** @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv }} Where */

/**
 * Run a program with its output on the terminal; returns the exit code.
 * @param {string} command @param {string[]} args @param {Where} where
 * @returns {Promise<number>}
 */
export function exitCodeOf(command, args, { cwd = ROOT, env = process.env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

/**
 * Run a program quietly; its output is shown only when it fails. Returns stdout.
 * @param {string} command @param {string[]} args @param {Where} where
 */
export async function output(command, args, { cwd = ROOT, env = process.env } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Buffer[]} */
  const out = [];
  /** @type {Buffer[]} */
  const all = [];
  child.stdout.on('data', (data) => {
    out.push(data);
    all.push(data);
  });
  child.stderr.on('data', (data) => all.push(data));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    throw new SetupError(
      `${command} ${args.join(' ')} failed (exit ${code}):\n${Buffer.concat(all).toString().trim()}`,
    );
  }
  return Buffer.concat(out).toString();
}

/**
 * Announce a step, run it, and say how long it took.
 * @template T
 * @param {string} title @param {() => T | Promise<T>} work
 */
export async function step(title, work) {
  const start = Date.now();
  process.stdout.write(`• ${title} …`);
  try {
    const result = await work();
    process.stdout.write(` ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
    return result;
  } catch (error) {
    process.stdout.write(' failed\n');
    throw error;
  }
}

/**
 * Run a script's main function and turn its failure into an exit code.
 * @param {() => Promise<number | void>} main
 */
export async function run(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    console.error(error instanceof SetupError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

/** True when this file is the one node was started with. @param {ImportMeta} meta */
export const isMain = (meta) => process.argv[1] === meta.filename;
