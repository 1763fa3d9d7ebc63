// The extension on a machine that has only Python: its native packages are installed for real, on first use.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { PYTHON } from '../../extension/scripts/paths.mjs';
import { answer, resultPage } from './assistant.mjs';
import { scenarios } from './scenario.mjs';
import { inEditor, openFile, rightClick } from './workbench.mjs';

const WHICH =
  'import pathlib, sys; print(pathlib.Path(sys.base_prefix, "bin", f"python3.{sys.version_info[1]}"))';
const barePython = spawnSync(PYTHON, ['-c', WHICH], { encoding: 'utf8' }).stdout.trim();

const scenario = scenarios({ machine: { 'ttAssistant.python': barePython } });

scenario(
  'first-start',
  'without any package installed, the first Explain installs them and answers',
  async (ide) => {
    const { page } = ide;
    await openFile(page, 'bookshop/prices.py', ide.lineOf('bookshop/prices.py', 'def clamp('));

    await rightClick(page, inEditor(page, 'def clamp(value', 'clamp'), 'Explain');

    const last = await answer(await resultPage(page), ['done']);
    assert.ok(last.text.length > 0);
  },
);
