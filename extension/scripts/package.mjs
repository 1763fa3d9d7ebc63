// Packages the VSIX, the file that installs the extension in any VS Code: build/tt-coding-assistant.vsix.
import fs from 'node:fs';
import { build } from './build.mjs';
import { BUILD, ROOT, tool, VSIX } from './paths.mjs';
import { environmentWithoutNpm, isMain, output, run, step } from './process.mjs';
import { setup } from './setup.mjs';

// vsce cannot resolve the README's relative links without a public repository address, and needs none.
const OPTIONS = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];

export async function packageVsix() {
  await build();
  await step('package the VSIX', async () => {
    fs.mkdirSync(BUILD, { recursive: true });
    await output(tool('vsce'), ['package', ...OPTIONS, '--out', VSIX], {
      cwd: ROOT,
      env: environmentWithoutNpm(),
    });
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
