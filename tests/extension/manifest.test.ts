import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { BUTTONS } from '../../extension/src/failure';

interface Manifest {
  contributes: {
    commands: { command: string; title: string }[];
    keybindings: { command: string; key: string }[];
    menus: Record<string, { command?: string; submenu?: string }[]>;
    submenus: { id: string }[];
    walkthroughs: {
      steps: { description: string; media: Record<string, string>; completionEvents?: string[] }[];
    }[];
  };
}

const ROOT = process.cwd();
const { contributes } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Manifest;
const declared = new Set(contributes.commands.map(({ command }) => command));
const source = fs.readFileSync(path.join(ROOT, 'extension/src/commands.ts'), 'utf8');

function isRegistered(command: string): boolean {
  const name = command.replace('ttAssistant.', '');
  return new RegExp(`^    ${name}: |MENU_ACTIONS = .*'${name}'`, 'm').test(source);
}

test('every declared command is registered', () => {
  assert.deepEqual(
    [...declared].filter((command) => !isRegistered(command)),
    [],
  );
});

test('every button of an error is a registered command', () => {
  assert.deepEqual(
    Object.keys(BUTTONS).filter((id) => !isRegistered(`ttAssistant.${id}`)),
    [],
  );
});

test('an action has one name, in the menu and in its template', () => {
  const titles = new Map(contributes.commands.map(({ command, title }) => [command, title.replace('…', '')]));
  for (const file of fs.readdirSync(path.join(ROOT, 'prompts'))) {
    const title = titles.get(`ttAssistant.${path.basename(file, '.md')}`);
    if (!title) continue;
    const template = fs.readFileSync(path.join(ROOT, 'prompts', file), 'utf8');
    assert.equal(/^name: (.*)$/m.exec(template)?.[1], title);
  }
});

test('menus and keys name declared commands', () => {
  const items = [...Object.values(contributes.menus).flat(), ...contributes.keybindings];
  const commands = items.flatMap(({ command }) => (command ? [command] : []));

  assert.deepEqual(
    commands.filter((command) => !declared.has(command)),
    [],
  );
});

test('no key is bound twice in the same chord', () => {
  const keys = contributes.keybindings.map(({ key }) => key);

  assert.equal(new Set(keys).size, keys.length);
});

test('the walkthrough shows files that exist and links to declared commands', () => {
  for (const { description, media } of contributes.walkthroughs.flatMap(({ steps }) => steps)) {
    const file = media['markdown'] ?? media['svg'] ?? media['image'];
    assert.ok(file && fs.existsSync(path.join(ROOT, file)), `missing ${file}`);
    for (const [, command] of description.matchAll(/command:(ttAssistant\.\w+)/g)) {
      assert.ok(command && declared.has(command), `unknown ${command}`);
    }
  }
});
