import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Actions } from '../../extension/src/actions';
import type { Editors } from '../../extension/src/editors';
import { failure } from '../../extension/src/failure';
import { showFailure } from '../../extension/src/messages';
import type { Previews } from '../../extension/src/preview';
import type { ResultView } from '../../extension/src/resultView';
import { ActionRunner } from '../../extension/src/run';
import type { Session } from '../../extension/src/session';
import type { TestConsent } from '../../extension/src/testConsent';
import type { TextViews } from '../../extension/src/textView';
import { targetAt, Typed } from '../../extension/src/typed';
import { fake, Range, Uri } from './vscode';

const LINK = '[Show the details](command:workbench.action.terminal.sendSequence?%7B%7D)';
/** What VS Code makes links of in notifications. */
const LINKS = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)/i;

test('what a failure quotes is no link', async () => {
  fake.said.length = 0;

  await showFailure(failure(`The answer holds other text: “${LINK}”`));
  await showFailure(failure(`The answer holds other text: “${LINK}”`, 'showLog'));

  assert.equal(fake.said.length, 2);
  for (const said of fake.said) assert.doesNotMatch(said, LINKS);
});

test('what a refusal quotes is no link', async () => {
  fake.said.length = 0;
  const session = {
    onEvent: () => ({ dispose: () => undefined }),
    request: (_type: unknown, { range }: { range: unknown }) =>
      Promise.resolve({ text: '', receipt: {}, range, refused: `It leaves out code: “${LINK}”` }),
  };
  const actions = { get: () => Promise.resolve({ id: 'refactor', name: 'Refactor', output: 'replace' }) };
  const runner = new ActionRunner(
    session as unknown as Session,
    actions as unknown as Actions,
    {} as Editors,
    {} as ResultView,
    {} as Previews,
    {} as TextViews,
    { given: false } as TestConsent,
    new Typed(),
  );
  const document = { uri: Uri.parse('file:///w/a.py'), version: 1 };

  await runner.run('refactor', targetAt(document as never, new Range(1, 0, 2, 0) as never), '');

  assert.match(fake.said[0] ?? '', /It leaves out code/);
  assert.doesNotMatch(fake.said[0] ?? '', LINKS);
});
