// Bundles the extension host code and the webview scripts into extension/dist. `--watch` rebuilds on change,
// `--production` minifies.
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const production = process.argv.includes('--production');
const shared = {
  absWorkingDir: here,
  bundle: true,
  minify: production,
  sourcemap: !production,
  logLevel: 'warning',
};

const host = {
  ...shared,
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  mainFields: ['module', 'main'],
  external: ['vscode'],
};

const webview = {
  ...shared,
  entryPoints: ['chat', 'result'].flatMap((page) => [`src/webview/${page}.ts`, `src/webview/${page}.css`]),
  outdir: 'dist/webview',
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
};

if (process.argv.includes('--watch')) {
  for (const options of [host, webview]) await (await esbuild.context(options)).watch();
} else {
  await Promise.all([host, webview].map((options) => esbuild.build(options)));
}
