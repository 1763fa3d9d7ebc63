// The status bar item: what the engine does, which model, how fast. A click opens the menu.
import * as vscode from 'vscode';
import { BUTTONS, asButton } from './failure';
import type { SetupParams, StatusParams } from './protocol';
import { count } from './receipt';
import type { Session, SessionState } from './session';
import { describeEngine, describeStatus, percent, type StatusText } from './status';

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    'ttAssistant.status',
    vscode.StatusBarAlignment.Right,
    100,
  );
  private readonly subscriptions: vscode.Disposable[];
  private session: SessionState = { kind: 'stopped' };
  private status: StatusParams = { state: 'stopped' };
  private setup: SetupParams | undefined;

  constructor(session: Session) {
    this.item.name = 'TT Assistant';
    this.item.command = 'ttAssistant.menu';
    this.subscriptions = [
      this.item,
      session.onDidChangeState((state) => {
        this.session = state;
        if (state.kind !== 'running') this.status = { state: 'stopped' };
        this.render();
      }),
      session.onStatus((status) => {
        this.status = status;
        this.render();
      }),
      session.onSetup((setup) => {
        this.setup = setup.state === 'done' ? undefined : setup;
        this.render();
      }),
    ];
    this.render();
    this.item.show();
  }

  /** One line for the menu. */
  get headline(): string {
    if (this.session.kind === 'failed') return this.session.failure.message;
    if (this.session.kind !== 'running') return 'Starting';
    if (this.status.detail) return this.status.detail;
    return this.status.model ? describeEngine(this.status) : this.text().label;
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private render(): void {
    const text = this.text();
    this.item.text = `$(${text.icon}) ${text.label}`;
    this.item.tooltip = this.tooltip();
    this.item.accessibilityInformation = {
      label: `TT Assistant, ${this.session.kind}, ${text.label}`,
      role: 'button',
    };
    const background = { normal: undefined, warning: 'warningBackground', error: 'errorBackground' }[
      text.level
    ];
    this.item.backgroundColor = background ? new vscode.ThemeColor(`statusBarItem.${background}`) : undefined;
  }

  private text(): StatusText {
    switch (this.session.kind) {
      case 'failed':
        return { icon: 'error', label: 'TT Assistant', level: 'error' };
      case 'stopped':
      case 'starting':
        return { icon: 'loading~spin', label: 'TT Assistant', level: 'normal' };
      case 'running':
        break;
    }
    if (this.setup?.state === 'failed') return { icon: 'warning', label: 'TT Assistant', level: 'warning' };
    if (this.setup)
      return { icon: 'loading~spin', label: `Setting up${percent(this.setup.progress)}`, level: 'normal' };
    return describeStatus(this.status);
  }

  private tooltip(): vscode.MarkdownString {
    const tooltip = new vscode.MarkdownString('', true);
    const lines = this.session.kind === 'failed' ? [this.session.failure.message] : this.facts();
    tooltip.appendMarkdown('**TT Coding Assistant**\n\n');
    for (const line of lines) {
      tooltip.appendText(line);
      tooltip.appendMarkdown('\n\n');
    }
    const id = this.session.kind === 'failed' ? this.session.failure.button : asButton(this.status.button);
    if (id) {
      tooltip.isTrusted = { enabledCommands: [`ttAssistant.${id}`] };
      tooltip.appendMarkdown(`[${BUTTONS[id]}](command:ttAssistant.${id})`);
    }
    return tooltip;
  }

  private facts(): string[] {
    const { model, detail, contextWindow, tokensPerSecond } = this.status;
    const facts: string[] = [];
    if (this.setup?.message) facts.push(this.setup.message);
    if (model) facts.push(describeEngine(this.status));
    if (detail) facts.push(detail);
    if (contextWindow) facts.push(`Context window: ${count(contextWindow)} tokens`);
    if (tokensPerSecond) facts.push(`Last answer: ${tokensPerSecond.toFixed(1)} tokens per second`);
    facts.push(...(this.status.facts ?? []));
    return facts;
  }
}
