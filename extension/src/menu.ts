// The menu behind the status bar item.
import * as vscode from 'vscode';

interface Entry extends vscode.QuickPickItem {
  command?: string;
}

const ENTRIES: Entry[] = [
  { label: '$(comment-discussion) Open Chat', command: 'openChat' },
  { label: 'Engine', kind: vscode.QuickPickItemKind.Separator },
  { label: '$(debug-restart) Restart Engine', command: 'restartEngine' },
  { label: '$(debug-stop) Stop Engine', description: 'frees the board or the memory', command: 'stopEngine' },
  { label: '$(chip) Choose Model…', command: 'chooseModel' },
  { label: '$(cloud-download) Get a Better Model…', command: 'getModel' },
  { label: '$(key) Set Engine Key…', command: 'setEngineKey' },
  { label: 'Answers', kind: vscode.QuickPickItemKind.Separator },
  { label: '$(mortar-board) Choose Preset…', command: 'choosePreset' },
  { label: '$(comment) Choose Hover Mode…', command: 'hoverMode' },
  { label: '$(eye) Show Prompt…', command: 'showPrompt' },
  { label: '$(edit) Customise Prompt…', command: 'customisePrompt' },
  { label: 'Help', kind: vscode.QuickPickItemKind.Separator },
  { label: '$(checklist) Check My Setup', command: 'checkSetup' },
  { label: '$(output) Show Log', command: 'showLog' },
  { label: '$(settings-gear) Settings', command: 'openSettings' },
  { label: '$(rocket) Get Started', command: 'openWalkthrough' },
];

/** Show the menu under a line that says what the engine does. */
export async function showMenu(headline: string): Promise<void> {
  const picked = await vscode.window.showQuickPick(ENTRIES, { title: 'TT Assistant', placeHolder: headline });
  if (picked?.command) await vscode.commands.executeCommand(`ttAssistant.${picked.command}`);
}
