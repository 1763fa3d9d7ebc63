import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Actions } from '../../extension/src/actions';
import type { Editors } from '../../extension/src/editors';
import type { PreviewChoices, Previews } from '../../extension/src/preview';
import type { RunParams } from '../../extension/src/protocol';
import type { ResultView } from '../../extension/src/resultView';
import { ActionRunner } from '../../extension/src/run';
import type { Session } from '../../extension/src/session';
import type { TestConsent } from '../../extension/src/testConsent';
import type { TextViews } from '../../extension/src/textView';
import { targetAt, Typed } from '../../extension/src/typed';
import { fake, Range, Uri } from './vscode';

test('Try Again means the code where it is after typing above it', async () => {
  const sent: RunParams[] = [];
  const session = {
    onEvent: () => ({ dispose: () => undefined }),
    request: (_type: unknown, params: RunParams) => {
      sent.push(params);
      return Promise.resolve({ text: 'x', receipt: {}, range: params.range, proposal: { id: 'p' } });
    },
  };
  const actions = {
    get: () => Promise.resolve({ id: 'docstring', name: 'Add Docstring', output: 'docstring' }),
  };
  let choices: PreviewChoices | undefined;
  const previews = { open: (_proposal: unknown, offered: PreviewChoices) => void (choices = offered) };
  const runner = new ActionRunner(
    session as unknown as Session,
    actions as unknown as Actions,
    {} as Editors,
    {} as ResultView,
    previews as unknown as Previews,
    {} as TextViews,
    { given: false } as TestConsent,
    new Typed(),
  );
  const document = { uri: Uri.parse('file:///w/a.py'), version: 1 };
  await runner.run('docstring', targetAt(document as never, new Range(10, 0, 14, 0) as never), '');

  document.version = 2;
  const change = { range: new Range(0, 0, 0, 0), text: '\n\n\n' };
  fake.events.typed.fire({ document, contentChanges: [change] });
  await choices?.retry();

  assert.deepEqual(
    sent.map(({ textDocument, range }) => [textDocument.version, range.start.line, range.end.line]),
    [
      [1, 10, 14],
      [2, 13, 17],
    ],
  );
});
