// The actions the server offers, built in and user-defined, and what they ask the user before they run.
import * as vscode from 'vscode';
import { type Failure, failure, FailureError } from './failure';
import { showFailure } from './messages';
import { type ActionInfo, ActionsRequest, type ActionsResult, type PromptProblem } from './protocol';
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
    const { actions, problems } = await this.all();
    const action = actions.find((candidate) => candidate.id === id);
    const problem = problems.find(({ name }) => name === id);
    if (!action && problem) throw new FailureError(brokenPrompt(problem));
    if (!action)
      throw new FailureError(
        failure(`There is no action “${id}”. Its prompt template is missing.`, 'showLog'),
      );
    return action;
  }

  /** Let the user pick one of the actions they can run, or of all there are; undefined when dismissed. */
  async pick(title: string, which: 'runnable' | 'all'): Promise<ActionInfo | undefined> {
    const { actions } = await this.all();
    const offered = which === 'all' ? actions : actions.filter(({ inMenu }) => inMenu !== false);
    const items = offered.map((action) => ({
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
    for (const problem of list.problems) void showFailure(brokenPrompt(problem));
  }
}

function brokenPrompt({ message, uri }: PromptProblem): Failure {
  return failure(message, 'customisePrompt', '', uri);
}

const ICONS: Record<ActionInfo['output'], string> = {
  show: 'book',
  replace: 'edit',
  docstring: 'note',
  file: 'beaker',
};
