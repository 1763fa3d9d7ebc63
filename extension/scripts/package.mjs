// Packages the VSIX, the file that installs the extension in any VS Code: build/tt-coding-assistant.vsix.
import fs from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { BUILD, ROOT, tool, VSIX } from './paths.mjs';
import { environmentWithoutNpm, isMain, output, run, step } from './process.mjs';
import { setup } from './setup.mjs';
import { digestOfTree, isCurrent, writeStamp } from './stamp.mjs';

/** Everything the VSIX holds; nothing is packaged unless it is named here. */
const CONTENTS = [
  'package.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'extension/dist',
  'extension/media',
  'extension/walkthrough',
  'extension/launch.py',
  'lsp_server',
  'prompts',
  'build/libs',
];
const LEFT_OUT = /__pycache__|\.pyc$|\.map$|\.setup-stamp$|\.lock$/;

// vsce cannot resolve the README's relative links without a public repository address, and needs none.
const README = ['--allow-missing-repository', '--no-rewrite-relative-links'];
// Scanning a thousand library files for secrets would take longer than everything else.
const OPTIONS = ['--no-dependencies', '--allow-package-all-secrets', ...README];

/** vsce would walk node_modules and .venv to ignore them, for half a minute; a copy of the contents takes none. @param {string} directory */
function stage(directory) {
  fs.rmSync(directory, { recursive: true, force: true });
  for (const name of CONTENTS) {
    fs.cpSync(path.join(ROOT, name), path.join(directory, name), {
      recursive: true,
      filter: (file) => !LEFT_OUT.test(file),
    });
  }
}

export async function packageVsix() {
  await build();
  const directory = path.join(BUILD, 'vsix');
  const stamps = path.join(BUILD, 'vsix-stamp');
  stage(directory);
  const wanted = digestOfTree(directory);
  if (fs.existsSync(VSIX) && isCurrent(stamps, wanted)) return VSIX;
  await step('package the VSIX', async () => {
    const args = ['package', ...OPTIONS, '--out', VSIX];
    await output(tool('vsce'), args, { cwd: directory, env: environmentWithoutNpm() });
    fs.mkdirSync(stamps, { recursive: true });
    writeStamp(stamps, wanted);
  });
  return VSIX;
}

if (isMain(import.meta)) {
  await run(async () => {
    await setup({ ide: false });
    const file = await packageVsix();
    console.log(`\n${file} (${(fs.statSync(file).size / 1e6).toFixed(1)} MB)`);
    console.log('Install it in VS Code: Extensions view, "…" menu, "Install from VSIX…"');
  });
}
