// npm test: the Python tests, the extension's tests, and the end-to-end tests in real VS Code. Names of suites as
// arguments run only those. Reports, screenshots and logs are in build/artifacts.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { packageVsix } from './package.mjs';
import { ARTIFACTS, BUILD, PYTHON, ROOT } from './paths.mjs';
import { environmentWithoutNpm, exitCodeOf, run, SetupError, step } from './process.mjs';
import { setup } from './setup.mjs';

/** @typedef {{ name: string, code: number, passed: number, failed: number, skipped: number, seconds: number }} Result */

const TESTS = path.join(ROOT, 'tests');

/** In the order they run: the quick ones first. */
const SUITES = {
  extension: extensionTests,
  python: pythonTests,
  e2e: endToEndTests,
};

/** @param {string} report */
async function extensionTests(report) {
  const out = path.join(BUILD, 'tests', 'extension');
  const entries = testFiles('extension', '.test.ts');
  if (entries.length === 0) throw new SetupError('There are no tests in tests/extension.');
  fs.rmSync(out, { recursive: true, force: true });
  await step('build the extension’s tests', async () => {
    const { build } = await import('esbuild');
    await build({
      entryPoints: entries.map((file) => path.join(TESTS, file)),
      outdir: out,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      sourcemap: 'inline',
      logLevel: 'warning',
      alias: { vscode: path.join(TESTS, 'extension', 'vscode.ts') },
    });
  });
  const files = fs.readdirSync(out, { recursive: true }).filter((file) => String(file).endsWith('.test.js'));
  return nodeTests(
    files.map((file) => path.join(out, String(file))),
    report,
    ['--enable-source-maps'],
  );
}

/** @param {string} report */
function pythonTests(report) {
  // The real ttnn wheels are large and need two more interpreters: `npm run test:contract` has them.
  const options = ['-q', '-m', 'not wheels and not stdlib_full', `--junitxml=${report}`];
  return exitCodeOf(PYTHON, ['-m', 'pytest', ...options, '-o', 'junit_family=xunit2'], {
    env: environmentWithoutNpm(),
  });
}

/** @param {string} report */
async function endToEndTests(report) {
  const files = testFiles('e2e', '.test.mjs').map((file) => path.join(TESTS, file));
  // One at a time: each drives a browser and a model.
  return nodeTests(files, report, ['--test-concurrency=1']);
}

/** @param {string} folder @param {string} suffix */
function testFiles(folder, suffix) {
  return fs
    .readdirSync(path.join(TESTS, folder), { recursive: true })
    .map((file) => path.join(folder, String(file)))
    .filter((file) => file.endsWith(suffix))
    .sort();
}

/** @param {string[]} files @param {string} report @param {string[]} options */
function nodeTests(files, report, options) {
  return exitCodeOf(process.execPath, [
    '--test',
    ...options,
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=junit', `--test-reporter-destination=${report}`],
    ...files,
  ]);
}

/** Counts of a JUnit file; a suite that wrote none, or ran nothing, has failed. @param {string} file */
function counts(file) {
  const xml = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  const cases = xml.match(/<testcase\b[^>]*?(\/>|>[\s\S]*?<\/testcase>)/g) ?? [];
  const failed = cases.filter((text) => /<(failure|error)\b/.test(text)).length;
  const skipped = cases.filter((text) => /<skipped\b/.test(text)).length;
  return { passed: cases.length - failed - skipped, failed, skipped };
}

/** @param {keyof typeof SUITES} name @returns {Promise<Result>} */
async function runSuite(name) {
  console.log(`\n── ${name} ${'─'.repeat(100 - name.length)}`);
  const report = path.join(ARTIFACTS, `${name}.xml`);
  fs.rmSync(report, { force: true });
  const start = Date.now();
  const code = await SUITES[name](report);
  return { name, code, ...counts(report), seconds: (Date.now() - start) / 1000 };
}

/** @param {Result[]} results */
function summarise(results) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  console.log(`\n── summary ${'─'.repeat(93)}`);
  for (const { name, code, passed, failed, skipped, seconds } of results) {
    const verdict = code === 0 && passed > 0 ? 'ok' : `FAILED (exit ${code})`;
    const line = `${passed} passed, ${failed} failed, ${skipped} skipped`;
    console.log(`${name.padEnd(10)} ${line.padEnd(36)} ${seconds.toFixed(0).padStart(4)} s  ${verdict}`);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  console.log(`\nReports, screenshots and logs: ${path.relative(ROOT, ARTIFACTS)}`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return results.every(({ code, passed }) => code === 0 && passed > 0) ? 0 : 1;
}

await run(async () => {
  const names = /** @type {(keyof typeof SUITES)[]} */ (Object.keys(SUITES));
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in SUITES));
  if (unknown.length > 0) throw new SetupError(`No suite “${unknown[0]}”; they are ${names.join(', ')}.`);
  await setup({ tests: true });
  fs.mkdirSync(ARTIFACTS, { recursive: true });
  await packageVsix();
  const results = [];
  for (const name of names) {
    if (wanted.length === 0 || wanted.includes(name)) results.push(await runSuite(name));
  }
  return summarise(results);
});
