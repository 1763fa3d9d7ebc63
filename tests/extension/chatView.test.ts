import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { ChatView, type ChatParts } from '../../extension/src/chat/view';
import { guarded } from '../../extension/src/messages';
import { EventEmitter, fake, window } from './vscode';

const nothing = (): void => undefined;

test('a chip of a file that is gone says so', async () => {
  fake.said.length = 0;
  const open = mock.method(window, 'showTextDocument', () => Promise.reject(new Error('no such file')));
  const event = new EventEmitter<unknown>().event;
  const handled: Promise<void>[] = [];
  const parts = {
    session: { onStatus: event },
    store: { all: [] },
    editors: { onDidChangeTarget: event },
    guard: (body: () => Promise<unknown>) => {
      const shown = guarded({ error: nothing } as never, body);
      handled.push(shown);
      return shown;
    },
  };
  const messages = new EventEmitter<unknown>();
  const webview = { onDidReceiveMessage: messages.event, asWebviewUri: () => '' };
  const view = new ChatView({} as never, parts as unknown as ChatParts);
  view.resolveWebviewView({ webview, onDidDispose: nothing } as never);

  messages.fire({ type: 'open', code: { uri: 'file:///w/a.py', label: 'a.py' } });
  await Promise.all(handled);
  open.mock.restore();

  assert.deepEqual(fake.said, ['a.py cannot be opened: it may have been moved or deleted.']);
});
