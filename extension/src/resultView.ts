// The view beside the editor that an explanation or a review streams into. Keeps the text, so the page may come and go.
import path from 'node:path';
import * as vscode from 'vscode';
import { advance, type Answer, EMPTY_ANSWER, fail, finish, isRunning, stop } from './answer';
import type { CodeBlocks } from './codeBlocks';
import { fromRange } from './convert';
import { isCancellation, toFailure } from './failure';
import { pressButton } from './messages';
import type { EventParams, RunResult } from './protocol';
import type { FromResult, ToResult } from './resultMessages';
import type { ActionRun } from './run';
import { webviewHtml, webviewOptions } from './webviewHtml';

export type Send = (
  onEvent: (event: EventParams) => void,
  token: vscode.CancellationToken,
) => Promise<RunResult>;

interface Shown {
  run: ActionRun;
  repeat: (run: ActionRun) => Promise<void>;
  answer: Answer;
  cancel: vscode.CancellationTokenSource;
}

export class ResultView implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private shown: Shown | undefined;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly codeBlocks: CodeBlocks,
    private readonly continueInChat: (run: ActionRun, answer: string) => Promise<void>,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Stream the answer of `send` into the view; a run that is still going there is stopped. */
  async show(run: ActionRun, send: Send, repeat: Shown['repeat']): Promise<void> {
    this.shown?.cancel.cancel();
    const shown = { run, repeat, answer: EMPTY_ANSWER, cancel: new vscode.CancellationTokenSource() };
    this.shown = shown;
    this.reveal(`${run.action.name}: ${path.posix.basename(run.target.document.uri.path)}`);
    this.post(this.snapshot(shown));
    try {
      const result = await send((event) => this.step(shown, event), shown.cancel.token);
      shown.run = { ...run, target: { ...run.target, range: fromRange(result.range) } };
      this.settle(shown, finish(shown.answer, result.text, result.receipt));
    } catch (error) {
      if (!isCancellation(error)) this.log.error(error instanceof Error ? error : String(error));
      this.settle(shown, isCancellation(error) ? stop(shown.answer) : fail(shown.answer, toFailure(error)));
    } finally {
      shown.cancel.dispose();
    }
  }

  dispose(): void {
    this.shown?.cancel.cancel();
    this.panel?.dispose();
  }

  private reveal(title: string): void {
    if (this.panel) {
      this.panel.title = title;
      this.panel.reveal(undefined, true);
      return;
    }
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel('ttAssistant.result', title, column, {
      ...webviewOptions(this.extensionUri),
      enableFindWidget: true,
    });
    const icon = (theme: string): vscode.Uri =>
      vscode.Uri.joinPath(this.extensionUri, 'extension', 'media', `panel-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    panel.webview.onDidReceiveMessage((message: FromResult) => this.receive(message));
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.shown?.cancel.cancel();
    });
    panel.webview.html = webviewHtml(panel.webview, this.extensionUri, 'result');
    this.panel = panel;
  }

  private step(shown: Shown, event: EventParams): void {
    shown.answer = advance(shown.answer, event);
    if (shown !== this.shown) return;
    if (event.kind === 'delta') this.post({ type: 'append', text: event.text ?? '' });
    else this.post({ type: 'answer', answer: shown.answer });
  }

  private settle(shown: Shown, answer: Answer): void {
    shown.answer = answer;
    if (shown === this.shown) this.post(this.snapshot(shown));
  }

  private snapshot({ run, answer }: Shown): ToResult {
    const { document, range } = run.target;
    const lines = range.isEmpty
      ? `line ${range.start.line + 1}`
      : `lines ${range.start.line + 1}–${lastLine(range)}`;
    const title = run.instruction ? `${run.action.name}: ${run.instruction}` : run.action.name;
    return { type: 'show', title, place: `${path.posix.basename(document.uri.path)}, ${lines}`, answer };
  }

  private receive(message: FromResult): void {
    const shown = this.shown;
    if (!shown) return;
    switch (message.type) {
      case 'ready':
        return this.post(this.snapshot(shown));
      case 'stop':
        return shown.cancel.cancel();
      case 'retry':
        return void shown.repeat(shown.run);
      case 'continueInChat':
        if (!isRunning(shown.answer)) void this.continueInChat(shown.run, shown.answer.text);
        return;
      case 'button':
        return void pressButton(message.id, message.file);
      default:
        return void this.codeBlocks.handle(message, shown.run.target.document);
    }
  }

  private post(message: ToResult): void {
    void this.panel?.webview.postMessage(message);
  }
}

function lastLine(range: vscode.Range): number {
  return range.end.character === 0 && !range.isSingleLine ? range.end.line : range.end.line + 1;
}
