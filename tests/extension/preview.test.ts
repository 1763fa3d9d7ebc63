import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { PREVIEW_SCHEME, Previews } from '../../extension/src/preview';
import type { ProposalView } from '../../extension/src/protocol';
import type { Session } from '../../extension/src/session';
import { fake, TabInputTextDiff, Uri, window } from './vscode';

const FILE = 'file:///w/a.py';
const PROPOSAL: ProposalView = {
  id: 'p',
  kind: 'replace',
  uri: FILE,
  newText: 'new',
  summary: 'a.py',
  checks: [],
};

function tab(): { input: unknown } {
  const proposed = Uri.from({ scheme: PREVIEW_SCHEME, path: '/w/a.py', query: PROPOSAL.id });
  return { input: new TabInputTextDiff(Uri.parse(FILE), proposed) };
}

/** A preview that waits, and what the server is told of it. */
async function open() {
  const told: string[] = [];
  const session = {
    notify: (type: { method: string }) => Promise.resolve(told.push(type.method)),
    request: (type: { method: string }) => Promise.resolve(told.push(type.method)).then(() => ({ edit: {} })),
    toWorkspaceEdit: () => Promise.resolve({ get: () => [] }),
  };
  const previews = new Previews(session as unknown as Session);
  await previews.open(PROPOSAL, { retry: () => Promise.resolve() });
  return { previews, told };
}

beforeEach(() => {
  window.tabGroups.all = [];
  fake.applies = true;
});

test('an edit that VS Code did not apply can be accepted again', async () => {
  const { previews, told } = await open();
  fake.applies = false;
  await assert.rejects(previews.accept(PROPOSAL.id), /Try again/);
  fake.applies = true;

  await previews.accept(PROPOSAL.id);

  assert.deepEqual(told, ['ttAssistant/accept', 'ttAssistant/accept', 'ttAssistant/reject']);
});

test('Accept pressed twice applies once', async () => {
  const { previews, told } = await open();

  await Promise.all([previews.accept(PROPOSAL.id), previews.accept(PROPOSAL.id)]);

  assert.deepEqual(told, ['ttAssistant/accept', 'ttAssistant/reject']);
});

test('a preview that is moved to another group is not rejected', async () => {
  const { previews, told } = await open();
  const [here, there] = [tab(), tab()];

  window.tabGroups.all = [{ tabs: [there] }];
  fake.events.tabs.fire({ opened: [there], closed: [], changed: [] });
  fake.events.tabs.fire({ opened: [], closed: [here], changed: [] });

  assert.deepEqual(told, []);
  await previews.accept(PROPOSAL.id);
});

test('closing the last tab of a preview rejects the edit', async () => {
  const { previews, told } = await open();

  fake.events.tabs.fire({ opened: [], closed: [tab()], changed: [] });

  assert.deepEqual(told, ['ttAssistant/reject']);
  await assert.rejects(previews.accept(PROPOSAL.id), /no proposed edit/);
});
