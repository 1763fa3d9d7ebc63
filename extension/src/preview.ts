// A proposed edit to look at: a diff with the document, or the new file. Buffer and disk change on Accept only.
import path from 'node:path';
import * as vscode from 'vscode';
import { applyAccepted } from './applyEdit';
import { describeChecks, plain } from './checks';
import { failure, FailureError } from './failure';
import { AcceptRequest, type ProposalView, RejectNotification } from './protocol';
import type { Session } from './session';

export const PREVIEW_SCHEME = 'tt-assistant-preview';
/** More would cover the diff. */
const MOST_SAID = 500;

export interface PreviewChoices {
  retry: () => Promise<void>;
  /** The model wrote it earlier, while nobody waited. */
  prepared?: boolean;
  /** There when something that checks the proposal was not run: ask whether it may, and check the same answer again. */
  check?: { consent: () => Promise<boolean>; run: () => Promise<void> };
}

interface Preview {
  proposal: ProposalView;
  choices: PreviewChoices;
  /** Its notification is still there. */
  announced: boolean;
}

export class Previews implements vscode.TextDocumentContentProvider, vscode.Disposable {
  /** Previews that wait for a choice, by proposal id. */
  private readonly waiting = new Map<string, Preview>();
  /** Ids of those whose edit is being applied. */
  private readonly accepting = new Set<string>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly session: Session) {
    this.subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(PREVIEW_SCHEME, this),
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) =>
        closed.forEach((tab) => this.rejectClosed(tab)),
      ),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.waiting.get(uri.query)?.proposal.newText ?? '';
  }

  /** Show `proposal`. The choice comes from the title bar, the notification or closing the tab. */
  async open(proposal: ProposalView, choices: PreviewChoices): Promise<void> {
    const preview = { proposal, choices, announced: true };
    this.waiting.set(proposal.id, preview);
    const target = vscode.Uri.parse(proposal.uri);
    const proposed = vscode.Uri.from({ scheme: PREVIEW_SCHEME, path: target.path, query: proposal.id });
    const [name, summary] = [path.posix.basename(target.path), plain(proposal.summary)];
    const title = summary.includes(name) ? summary : `${name}: ${summary}`;
    const column = { preview: false };
    // A diff with an empty document would show a deleted line that never was.
    if (proposal.createsFile) await vscode.commands.executeCommand('vscode.open', proposed, column, title);
    else await vscode.commands.executeCommand('vscode.diff', target, proposed, title, column);
    void announce(preview).then((command) => {
      preview.announced = false;
      // The choice may have been made elsewhere meanwhile, and then says nothing of an edit that is not there any more.
      if (command && this.waiting.has(proposal.id))
        void vscode.commands.executeCommand(`ttAssistant.${command}`, proposal.id);
    });
  }

  /** Apply the edit as one undo step. On a refusal the preview stays; a second press meanwhile does nothing. */
  async accept(id = activePreview()): Promise<void> {
    if (id !== undefined && this.accepting.has(id)) return;
    const { proposal } = this.find(id);
    this.accepting.add(proposal.id);
    try {
      await this.apply(proposal);
    } finally {
      this.accepting.delete(proposal.id);
    }
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

  /** Ask whether code may run, and check the edit again when it may. Until then it stays. */
  async runTests(id = activePreview()): Promise<void> {
    const { choices, proposal } = this.find(id);
    if (!choices.check || !(await choices.check.consent())) return;
    await this.reject(proposal.id);
    await choices.check.run();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async apply(proposal: ProposalView): Promise<void> {
    const token = new vscode.CancellationTokenSource().token;
    const result = await this.session.request(AcceptRequest, { proposalId: proposal.id }, token);
    if (!result.edit) throw new FailureError(failure(result.refused || 'The edit no longer fits the text.'));
    const edit = await this.session.toWorkspaceEdit(result.edit);
    await applyAccepted(proposal, edit, () => this.forget(proposal.id));
    await closeTab(proposal.id);
  }

  private find(id: string | undefined): Preview {
    const preview = id === undefined ? undefined : this.waiting.get(id);
    if (!preview) throw new FailureError(failure('There is no proposed edit in front.'));
    return preview;
  }

  private settle(id: string): void {
    const preview = this.waiting.get(id);
    this.waiting.delete(id);
    // A notification cannot be taken back, only out of sight.
    if (preview?.announced) void vscode.commands.executeCommand('notifications.hideToasts');
  }

  private async forget(id: string): Promise<void> {
    this.settle(id);
    await this.session.notify(RejectNotification, { proposalId: id });
  }

  /** A tab that was moved or split is closed where it was, and still shows the preview elsewhere. */
  private rejectClosed(tab: vscode.Tab): void {
    const id = previewOf(tab);
    if (id !== undefined && this.waiting.has(id) && tabsOf(id).length === 0) void this.forget(id);
  }
}

/** Say what was proposed and checked. Returns the command that was chosen; undefined when closed. */
async function announce({ proposal, choices }: Preview): Promise<string | undefined> {
  const { prepared, check } = choices;
  const run = proposal.kind === 'file' ? 'Run Tests…' : 'Run and Compare…';
  const commands: Record<string, string> = {
    Accept: 'acceptEdit',
    ...(check ? { [run]: 'runEditTests' } : {}),
    'Try Again': 'retryEdit',
    Reject: 'rejectEdit',
  };
  const summary = `${plain(proposal.summary)}${prepared ? ', prepared earlier' : ''}`;
  const said = `${summary}. ${describeChecks(proposal.checks)}`;
  const shown = said.length <= MOST_SAID ? said : `${said.slice(0, MOST_SAID)}…`;
  const pressed = await vscode.window.showInformationMessage(shown, ...Object.keys(commands));
  return pressed && commands[pressed];
}

function previewOf(tab: vscode.Tab): string | undefined {
  const { input } = tab;
  const uri =
    input instanceof vscode.TabInputTextDiff
      ? input.modified
      : input instanceof vscode.TabInputText
        ? input.uri
        : undefined;
  return uri?.scheme === PREVIEW_SCHEME ? uri.query : undefined;
}

function activePreview(): string | undefined {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
  return tab && previewOf(tab);
}

function tabsOf(id: string): vscode.Tab[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.filter((tab) => previewOf(tab) === id);
}

async function closeTab(id: string): Promise<void> {
  await vscode.window.tabGroups.close(tabsOf(id));
}
