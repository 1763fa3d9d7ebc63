// Whether generated tests and changed code may run to check edits: the user says so once for a workspace.
import * as vscode from 'vscode';

/** In the state VS Code keeps for this workspace and not in a setting: no repository can agree for its reader. */
const KEY = 'ttAssistant.runsTests';

const ALLOW = 'Run in This Workspace';

export class TestConsent {
  constructor(private readonly memento: vscode.Memento) {}

  get given(): boolean {
    return vscode.workspace.isTrusted && this.memento.get(KEY, false);
  }

  async ask(): Promise<boolean> {
    const detail =
      'Generated tests, code that the model changed and tests of the project run in a copy of it, with your permissions on this machine. ' +
      '“Ask Again Before Running Code” takes this back.';
    const pressed = await vscode.window.showWarningMessage(
      'Run code to check edits before they are offered?',
      { modal: true, detail },
      ALLOW,
    );
    if (pressed !== ALLOW) return false;
    await this.memento.update(KEY, true);
    return true;
  }

  async forget(): Promise<void> {
    await this.memento.update(KEY, undefined);
  }
}
