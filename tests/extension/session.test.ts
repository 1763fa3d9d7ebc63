import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LanguageClient, State } from 'vscode-languageclient/node';
import { Announcements } from '../../extension/src/announcements';
import { Crashes } from '../../extension/src/crashes';
import { isCancellation } from '../../extension/src/failure';
import { ChatRequest } from '../../extension/src/protocol';
import { Session } from '../../extension/src/session';
import { CancellationTokenSource, EventEmitter, fake } from './vscode';

/** What a test reaches of a session. */
interface Inside {
  client: unknown;
  current: unknown;
  listen(client: LanguageClient, crashes: Crashes): void;
}

/** A session with a server that runs, and what its client tells. */
function running() {
  fake.said.length = 0;
  const silent = { info: () => undefined, error: () => undefined, debug: () => undefined };
  const session = new Session({} as never, silent as never, {});
  new Announcements(session);
  const states = new EventEmitter<{ newState: State }>();
  const client = { onNotification: () => undefined, onDidChangeState: states.event };
  const crashes = new Crashes();
  crashes.markRunning();
  const inside = session as unknown as Inside;
  inside.client = client;
  inside.current = { kind: 'running', client };
  inside.listen(client as unknown as LanguageClient, crashes);
  return { session, crashes, become: (newState: State) => states.fire({ newState }) };
}

test('a crash after which the server is started again is not announced as its end', () => {
  const { session, crashes, become } = running();

  assert.ok(crashes.worthRestart(0));
  for (const state of [State.Stopped, State.Starting, State.Running]) become(state);

  assert.deepEqual(fake.said, []);
  assert.equal(session.state.kind, 'running');
});

test('who cancels does not wait for a server that starts', async () => {
  const { session } = running();
  const inside = session as unknown as Inside;
  inside.client = { start: () => new Promise(() => undefined) };
  inside.current = { kind: 'starting' };
  const cancel = new CancellationTokenSource();

  const asked = session.request(ChatRequest, { runId: 'r', turns: [] }, cancel.token);
  cancel.cancel();

  await assert.rejects(asked, isCancellation);
});

test('a server that is not started again is announced', () => {
  const { session, crashes, become } = running();

  while (crashes.worthRestart(0));
  become(State.Stopped);

  assert.match(fake.said[0] ?? '', /was not started again/);
  assert.equal(session.state.kind, 'failed');
});

test('a restart that fails is announced', () => {
  const { crashes, become } = running();

  assert.ok(crashes.worthRestart(0));
  for (const state of [State.Stopped, State.Starting, State.StartFailed]) become(state);

  assert.match(fake.said[0] ?? '', /was not started again/);
});
