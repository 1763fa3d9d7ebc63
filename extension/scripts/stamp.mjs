// Remembers what an installation was made from, so that an unchanged one is skipped.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** `inputs` are file paths or plain strings; the stamp changes when any of them does. @param {string[]} inputs */
export function digest(...inputs) {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(fs.existsSync(input) ? fs.readFileSync(input) : input).update('\0');
  return hash.digest('hex');
}

/** The stamp of a directory: every name in it, and every byte. @param {string} directory */
export function digestOfTree(directory) {
  const names = fs.readdirSync(directory, { recursive: true }).map(String).sort();
  const files = names.filter((name) => fs.statSync(path.join(directory, name)).isFile());
  return digest(...files.flatMap((name) => [name, path.join(directory, name)]));
}

/** @param {string} directory @param {string} value */
export function isCurrent(directory, value) {
  try {
    return fs.readFileSync(path.join(directory, '.setup-stamp'), 'utf8') === value;
  } catch {
    return false;
  }
}

/** @param {string} directory @param {string} value */
export function writeStamp(directory, value) {
  fs.writeFileSync(path.join(directory, '.setup-stamp'), value);
}
