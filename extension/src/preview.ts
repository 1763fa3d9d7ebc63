// A proposed edit as a diff: the document on the left, the proposal on the right. Buffer and disk change on Accept only.
import path from 'node:path';
import * as vscode from 'vscode';
import { applyAccepted } from './applyEdit';
import { describeChecks, plain } from './checks';
import { failure, FailureError } from './failure';
import { AcceptRequest, type ProposalView, RejectNotification } from './protocol';
import type { Session } from './session';

export const PREVIEW_SCHEME = 'tt-assistant-preview';
const EMPTY = 'empty';

export interface PreviewChoices {
  retry: () => Promise<void>;
  /** There when the proposal is a test file that was not run. */
  runTests?: () => Promise<void>;
}

interface Preview {
  proposal: ProposalView;
  choices: PreviewChoices;
}

export class Previews implements vscode.TextDocumentContentProvider, vscode.Disposable {
  /** Previews that wait for a choice, by proposal id. */
  private readonly waiting = new Map<string, Preview>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly session: Session,
    private readonly guard: (body: () => Promise<unknown>) => Promise<void>,
  ) {
    this.subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(PREVIEW_SCHEME, this),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) =>
        closed.forEach((tab) => this.rejectClosed(tab)),
      ),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return uri.fragment === EMPTY ? '' : (this.waiting.get(uri.query)?.proposal.newText ?? '');
  }

  /** Show `proposal`. The choice comes from the title bar, the notification or closing the tab. */
  async open(proposal: ProposalView, choices: PreviewChoices): Promise<void> {
    this.waiting.set(proposal.id, { proposal, choices });
    const target = vscode.Uri.parse(proposal.uri);
    const proposed = vscode.Uri.from({ scheme: PREVIEW_SCHEME, path: target.path, query: proposal.id });
    const original = proposal.createsFile ? proposed.with({ fragment: EMPTY }) : target;
    const title = `${path.posix.basename(target.path)}: ${plain(proposal.summary)}`;
    await vscode.commands.executeCommand('vscode.diff', original, proposed, title, { preview: false });
    void this.guard(() => this.announce(proposal, choices));
  }

  /** Apply the edit as one undo step. On a refusal the preview stays. */
  async accept(id = activePreview()): Promise<void> {
    const { proposal } = this.find(id);
    const token = new vscode.CancellationTokenSource().token;
    const result = await this.session.request(AcceptRequest, { proposalId: proposal.id }, token);
    if (!result.edit) throw new FailureError(failure(result.refused || 'The edit no longer fits the text.'));
    await applyAccepted(proposal, await this.session.toWorkspaceEdit(result.edit));
    this.waiting.delete(proposal.id);
    await closeTab(proposal.id);
  }

  async reject(id = activePreview()): Promise<void> {
    const { proposal } = this.find(id);
    await this.forget(proposal.id);
    await closeTab(proposal.id);
  }

  async retry(id = activePreview()): Promise<void> {
    const { choices, proposal } = this.find(id);
    await this.reject(proposal.id);
    await choices.retry();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async announce(proposal: ProposalView, choices: PreviewChoices): Promise<void> {
    const runTests = choices.runTests ? ['Run Tests…'] : [];
    const message = `${plain(proposal.summary)}. ${describeChecks(proposal.checks)}`;
    const pressed = await vscode.window.showInformationMessage(message, 'Accept', 'Reject', ...runTests);
    if (!pressed || !this.waiting.has(proposal.id)) return;
    if (pressed === 'Accept') await this.accept(proposal.id);
    else if (pressed === 'Reject') await this.reject(proposal.id);
    else {
      await this.reject(proposal.id);
      await choices.runTests?.();
    }
  }

  private find(id: string | undefined): Preview {
    const preview = id === undefined ? undefined : this.waiting.get(id);
    if (!preview) throw new FailureError(failure('There is no proposed edit in front.'));
    return preview;
  }

  private async forget(id: string): Promise<void> {
    this.waiting.delete(id);
    await this.session.notify(RejectNotification, { proposalId: id });
  }

  private rejectClosed(tab: vscode.Tab): void {
    const id = previewOf(tab);
    if (id !== undefined && this.waiting.has(id)) void this.forget(id);
  }
}

function previewOf(tab: vscode.Tab): string | undefined {
  const input = tab.input;
  if (!(input instanceof vscode.TabInputTextDiff) || input.modified.scheme !== PREVIEW_SCHEME)
    return undefined;
  return input.modified.query;
}

function activePreview(): string | undefined {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
  return tab && previewOf(tab);
}

async function closeTab(id: string): Promise<void> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  await vscode.window.tabGroups.close(tabs.filter((tab) => previewOf(tab) === id));
}
