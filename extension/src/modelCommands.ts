// Which model answers: choose a file or a name, download a better one, name its key, preset and hover mode.
import * as vscode from 'vscode';
import { askEngineKey } from './engineKey';
import { GetModelRequest, type ModelInfo, ModelsRequest } from './protocol';
import type { Session } from './session';
import { type HoverMode, readSettings, writeUserSetting, writeWorkspaceSetting } from './settings';
import type { Actions } from './actions';
import { streamed } from './stream';

const GIGABYTE = 1e9;
const MEGABYTE = 1e6;

/** Pick a GGUF file, or type a name or directory; the server restarts its engine when the setting changes. */
export async function chooseModel(): Promise<void> {
  const file = { label: '$(file) GGUF File…', detail: 'A model file on this machine, for the CPU engine' };
  const name = {
    label: '$(edit) Name or Path…',
    detail: 'A Hugging Face name or directory (board), or the served name (remote)',
  };
  const better = {
    label: '$(cloud-download) Get a Better Model…',
    detail: 'Download one that fits this machine',
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

/** Download one of the models the server offers and use it. */
export async function getModel(session: Session): Promise<void> {
  const token = new vscode.CancellationTokenSource().token;
  const { models } = await session.request(ModelsRequest, {}, token);
  const items = models.map((model) => ({
    label: model.name,
    description: [size(model.sizeBytes), model.licence, model.path ? 'already here' : '']
      .filter(Boolean)
      .join(' · '),
    detail: model.description,
    model,
  }));
  const options = { title: 'Get a Better Model', placeHolder: 'Larger models answer better and slower' };
  const picked = await vscode.window.showQuickPick(items, options);
  if (!picked) return;
  const path = picked.model.path || (await download(session, picked.model));
  await writeUserSetting('engine.model', path);
  void vscode.window.showInformationMessage(`${picked.model.name} is used from now on.`);
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

function size(bytes: number): string {
  return bytes >= GIGABYTE ? `${(bytes / GIGABYTE).toFixed(1)} GB` : `${Math.round(bytes / MEGABYTE)} MB`;
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
