// Whether code of an answer may run: never without trust, and never before the user was told what runs where.
import * as vscode from 'vscode';
import { terms } from './codeRun';

/** In the state VS Code keeps for this workspace and not in a setting: no repository can agree for its reader. */
const KEY = 'ttAssistant.runsCode';

const ONCE = 'Run Once';
const ALWAYS = 'Always in This Workspace';

export class RunConsent {
  constructor(private readonly memento: vscode.Memento) {}

  /** Ask unless the user said “Always”. */
  async given(language: string, code: string): Promise<boolean> {
    if (!vscode.workspace.isTrusted) return false;
    if (this.memento.get(KEY, false)) return true;
    const settings = vscode.workspace.getConfiguration('ttAssistant');
    const seconds = settings.get<number>('run.timeoutSeconds', 30);
    const detail = terms(language, code, seconds, settings.get<string>('tests.python', ''));
    const options = { modal: true, detail };
    const pressed = await vscode.window.showWarningMessage(
      `Run this ${language} code?`,
      options,
      ONCE,
      ALWAYS,
    );
    if (pressed === ALWAYS) await this.memento.update(KEY, true);
    return pressed !== undefined;
  }

  /** Take “Always” back. */
  async forget(): Promise<void> {
    await this.memento.update(KEY, undefined);
  }
}
