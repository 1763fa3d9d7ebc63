// Builds what the VSIX carries: the bundled extension and the server's pure-Python dependencies.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { LIBS, PYTHON, ROOT } from './paths.mjs';
import { isMain, output, run, step } from './process.mjs';
import { setup } from './setup.mjs';
import { digest, isCurrent, writeStamp } from './stamp.mjs';

async function bundleExtension() {
  await output(process.execPath, [path.join(ROOT, 'extension', 'esbuild.mjs'), '--production']);
}

async function vendorLibraries() {
  const script = path.join(ROOT, 'extension', 'scripts', 'vendor.py');
  const wanted = digest(path.join(ROOT, 'pyproject.toml'), script);
  if (isCurrent(LIBS, wanted)) return;
  fs.rmSync(LIBS, { recursive: true, force: true });
  await output(PYTHON, [script, LIBS]);
  writeStamp(LIBS, wanted);
}

export async function build() {
  await step('build the extension', bundleExtension);
  await step('collect the server’s Python libraries', vendorLibraries);
}

if (isMain(import.meta)) {
  await run(async () => {
    await setup({ ide: false });
    await build();
  });
}
