// The actions the server offers, built in and user-defined, and what they ask the user before they run.
import * as vscode from 'vscode';
import { failure, FailureError } from './failure';
import { type ActionInfo, ActionsRequest, type ActionsResult } from './protocol';
import type { Session } from './session';

export class Actions implements vscode.Disposable {
  private list: ActionsResult | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly session: Session) {
    this.subscriptions = [
      session.onActionsChanged((list) => this.replace(list)),
      session.onDidChangeState((state) => {
        if (state.kind !== 'running') this.list = undefined;
      }),
    ];
  }

  async all(): Promise<ActionsResult> {
    this.list ??= await this.session.request(ActionsRequest, {}, new vscode.CancellationTokenSource().token);
    return this.list;
  }

  async get(id: string): Promise<ActionInfo> {
    const action = (await this.all()).actions.find((candidate) => candidate.id === id);
    if (!action)
      throw new FailureError(
        failure(`There is no action “${id}”. Its prompt template is missing.`, 'showLog'),
      );
    return action;
  }

  /** Let the user pick one of all actions; undefined when dismissed. */
  async pick(title: string): Promise<ActionInfo | undefined> {
    const items = (await this.all()).actions.map((action) => ({
      label: action.name,
      description: action.source === 'built in' || !action.source ? '' : action.source,
      detail: action.description,
      iconPath: new vscode.ThemeIcon(ICONS[action.output]),
      action,
    }));
    const options = { title, placeHolder: 'Pick an action', matchOnDetail: true };
    return (await vscode.window.showQuickPick(items, options))?.action;
  }

  /** Ask for the action's argument when it takes one; undefined when dismissed. */
  async argument(action: ActionInfo): Promise<string | undefined> {
    if (!action.argumentHint) return '';
    return vscode.window.showInputBox({
      title: action.name,
      prompt: action.argumentHint,
      ignoreFocusOut: true,
    });
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private replace(list: ActionsResult): void {
    this.list = list;
    for (const problem of list.problems) void vscode.window.showWarningMessage(problem);
  }
}

const ICONS: Record<ActionInfo['output'], string> = {
  show: 'book',
  replace: 'edit',
  docstring: 'note',
  file: 'beaker',
};
