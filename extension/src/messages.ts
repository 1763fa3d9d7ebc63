// Shows failures and facts as notifications: what happened, what to do, one button.
import * as vscode from 'vscode';
import { plain } from './checks';
import { type ButtonId, BUTTONS, type Failure, isCancellation, toFailure } from './failure';

/** Show `failure` and run the command behind its button when it is pressed. */
export async function showFailure(failure: Failure): Promise<void> {
  const message = plain(failure.message);
  if (!failure.button) {
    await vscode.window.showErrorMessage(message);
    return;
  }
  const title = BUTTONS[failure.button];
  const pressed = await vscode.window.showErrorMessage(message, title);
  if (pressed === title) await pressButton(failure.button, failure.file);
}

/** Run the command behind a button, on the file it is about. */
export async function pressButton(id: ButtonId, file?: string): Promise<void> {
  await vscode.commands.executeCommand(`ttAssistant.${id}`, ...(file ? [file] : []));
}

/** Run a command's body; show what it throws, except that the user cancelled it. */
export async function guarded(log: vscode.LogOutputChannel, body: () => Promise<unknown>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (isCancellation(error)) return;
    log.error(error instanceof Error ? error : String(error));
    await showFailure(toFailure(error));
  }
}
