// Which model answers: choose a file or a name, download a better one, name its key, preset and hover mode.
import * as vscode from 'vscode';
import { askEngineKey } from './engineKey';
import { choice, modelItem, size } from './modelItems';
import { GetModelRequest, type ModelInfo, ModelsRequest } from './protocol';
import type { Session } from './session';
import { type HoverMode, readSettings, writeUserSetting, writeWorkspaceSetting } from './settings';
import type { Actions } from './actions';
import { streamed } from './stream';

/** Pick a GGUF file, or type a name or directory; the server restarts its engine when the setting changes. */
export async function chooseModel(): Promise<void> {
  const file = { label: '$(file) GGUF File…', detail: 'A model file on this machine, for the CPU engine' };
  const name = {
    label: '$(edit) Name or Path…',
    detail: 'A Hugging Face name or directory (board), or the served name (remote)',
  };
  const better = {
    label: '$(cloud-download) Get a Better Model…',
    detail: 'One that is known to run on this machine, or on its board',
  };
  const builtIn = { label: '$(discard) Built-in Default', detail: 'What the engine brings' };
  const picked = await vscode.window.showQuickPick([file, name, better, builtIn], { title: 'Choose Model' });
  if (picked === better) return void (await vscode.commands.executeCommand('ttAssistant.getModel'));
  const model = picked === file ? await pickFile() : picked === name ? await typeName() : picked && '';
  if (model !== undefined) await writeUserSetting('engine.model', model);
}

async function pickFile(): Promise<string | undefined> {
  const filters = { 'GGUF models': ['gguf'] };
  const [uri] =
    (await vscode.window.showOpenDialog({ title: 'Choose Model', openLabel: 'Use Model', filters })) ?? [];
  return uri?.fsPath;
}

function typeName(): Thenable<string | undefined> {
  const value = vscode.workspace.getConfiguration('ttAssistant').get<string>('engine.model', '');
  return vscode.window.showInputBox({ title: 'Choose Model', prompt: 'Name or path of the model', value });
}

/** Choose one of the models the server knows for this engine: a file it downloads, or a name for the board. */
export async function getModel(session: Session): Promise<void> {
  const token = new vscode.CancellationTokenSource().token;
  const { models } = await session.request(ModelsRequest, {}, token);
  const options = { title: 'Get a Better Model', placeHolder: 'Larger models answer better and slower' };
  const picked = (await vscode.window.showQuickPick(models.map(modelItem), options))?.model;
  if (!picked) return;
  const chosen = choice(picked);
  if (chosen.kind === 'command' && !(await bringWeights(picked.name, chosen.command))) return;
  const model = chosen.kind === 'download' ? await download(session, picked) : chosen.model;
  await writeUserSetting('engine.model', model);
  void vscode.window.showInformationMessage(`${picked.name} is used from now on.`);
}

/** The weights of a board's model may need a licence, so the user brings them; true when it shall be used now. */
async function bringWeights(name: string, command: string): Promise<boolean> {
  const message = `${name} is not on this machine. To bring it here: ${command}`;
  const answer = await vscode.window.showInformationMessage(message, 'Copy Command', 'Use Now');
  if (answer === 'Copy Command') await vscode.env.clipboard.writeText(command);
  return answer === 'Use Now';
}

function download(session: Session, model: ModelInfo): Thenable<string> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Downloading ${model.name}`,
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    let before = 0;
    const result = await streamed(
      session,
      GetModelRequest,
      { id: model.id },
      ({ kind, done = 0, total = 0 }) => {
        if (kind !== 'download' || total <= 0) return;
        const percent = (100 * done) / total;
        progress.report({ message: `${size(done)} of ${size(total)}`, increment: percent - before });
        before = percent;
      },
      token,
    );
    return result.path;
  });
}

/** The key is part of the server's environment, so a new one needs a new process. */
export async function setEngineKey(session: Session, secrets: vscode.SecretStorage): Promise<void> {
  if (await askEngineKey(secrets)) await session.restart('the engine key changed');
}

export async function choosePreset(actions: Actions): Promise<void> {
  const { presets } = await actions.all();
  const { preset } = readSettings();
  const items = presets.map((name) => ({ label: name, description: name === preset ? 'in use' : '' }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Choose Preset',
    placeHolder: 'What the assistant specialises in',
  });
  if (picked) await writeWorkspaceSetting('prompts.preset', picked.label);
}

export async function chooseHoverMode(): Promise<void> {
  const modes: { label: string; detail: string; mode: HoverMode }[] = [
    { label: 'Automatic', detail: 'The explanation follows as soon as it is there', mode: 'auto' },
    { label: 'On demand', detail: 'A link in the hover asks for it', mode: 'onDemand' },
    { label: 'Off', detail: 'No explanations in hovers', mode: 'off' },
  ];
  const { hoverMode } = readSettings();
  const items = modes.map((item) => ({ ...item, description: item.mode === hoverMode ? 'in use' : '' }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Choose Hover Mode' });
  if (picked) await writeUserSetting('hover.mode', picked.mode);
}
