// The key of a remote engine: in VS Code's secret storage, handed to the server in its environment, never in a setting.
import * as vscode from 'vscode';

const SECRET = 'ttAssistant.engineKey';

export function readEngineKey(secrets: vscode.SecretStorage): Thenable<string | undefined> {
  return secrets.get(SECRET);
}

/** Ask for the key. Returns false when the user thought better of it. An empty answer removes the key. */
export async function askEngineKey(secrets: vscode.SecretStorage): Promise<boolean> {
  const key = await vscode.window.showInputBox({
    title: 'Set Engine Key',
    prompt: 'Key of the remote engine, kept in VS Code’s secret storage. Leave empty to remove it.',
    password: true,
    ignoreFocusOut: true,
  });
  if (key === undefined) return false;
  if (key) await secrets.store(SECRET, key);
  else await secrets.delete(SECRET);
  return true;
}
