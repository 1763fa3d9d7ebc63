// What goes wrong in the background is said once, with one button, and not again until it went right in between.
import * as vscode from 'vscode';
import { type Failure, failure } from './failure';
import { showFailure } from './messages';
import type { Session } from './session';

export class Announcements implements vscode.Disposable {
  private said = '';
  private readonly subscriptions: vscode.Disposable[];

  constructor(session: Session) {
    this.subscriptions = [
      session.onDidChangeState((state) => {
        if (state.kind === 'failed') this.say(state.failure);
        else if (state.kind === 'running') this.said = '';
      }),
      session.onSetup((setup) => {
        if (setup.state === 'failed')
          this.say(failure(setup.message ?? 'The set-up failed.', setup.button || 'retrySetup'));
        else if (setup.state === 'done') this.said = '';
      }),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private say(cause: Failure): void {
    if (cause.message === this.said) return;
    this.said = cause.message;
    void showFailure(cause);
  }
}
