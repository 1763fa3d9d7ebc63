// Looking at prompts and making them one's own.
import * as vscode from 'vscode';
import type { Actions } from './actions';
import { toRange, versioned } from './convert';
import type { Editors } from './editors';
import { problemsOf } from './problems';
import {
  CustomisePromptRequest,
  type CustomisePromptParams,
  DoctorRequest,
  ShowPromptRequest,
} from './protocol';
import type { Session } from './session';
import type { TextViews } from './textView';

/** Show exactly what the model would receive for the selection. */
export async function showPrompt(
  session: Session,
  actions: Actions,
  editors: Editors,
  texts: TextViews,
): Promise<void> {
  const target = editors.target();
  const action = await actions.pick('Show Prompt', 'all');
  if (!action) return;
  const instruction = await actions.argument(action);
  if (instruction === undefined) return;
  const params = {
    action: action.id,
    textDocument: versioned(target.document),
    range: toRange(target.range),
    instruction,
    diagnostics: problemsOf(target),
  };
  const token = new vscode.CancellationTokenSource().token;
  const { markdown } = await session.request(ShowPromptRequest, params, token);
  await texts.showMarkdown(`Prompt of ${action.name}`, markdown);
}

/** Open `file`, the URI of a template that has a mistake, or an editable copy of one that the user picks. */
export async function customisePrompt(session: Session, actions: Actions, file?: string): Promise<void> {
  if (file) {
    await vscode.window.showTextDocument(vscode.Uri.parse(file));
    return;
  }
  const picked = await pickTemplate(actions);
  if (!picked) return;
  if (picked.uri) return customisePrompt(session, actions, picked.uri);
  const { name } = picked;
  const scope = await pickScope();
  if (!scope) return;
  const token = new vscode.CancellationTokenSource().token;
  const { uri } = await session.request(CustomisePromptRequest, { name, scope }, token);
  await vscode.window.showTextDocument(vscode.Uri.parse(uri));
}

/** Examine the set-up and show the findings. */
export async function checkSetup(session: Session, texts: TextViews): Promise<void> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: 'Checking the set-up',
    cancellable: true,
  };
  const { markdown } = await vscode.window.withProgress(options, (_progress, token) =>
    session.request(DoctorRequest, {}, token),
  );
  await texts.showMarkdown('My Setup', markdown);
}

async function pickTemplate(actions: Actions): Promise<{ name: string; uri?: string } | undefined> {
  const list = await actions.all();
  const items: { label: string; description: string; name: string; uri?: string }[] = [
    ...list.problems.map(({ name, message, uri }) => ({
      label: `$(warning) ${name}`,
      description: message,
      name,
      uri,
    })),
    ...list.actions.map((action) => ({
      label: action.name,
      description: action.source ?? '',
      name: action.id,
    })),
    { label: 'System prompt', description: 'who the assistant is', name: 'system' },
    {
      label: 'Context',
      description: 'how the file and the selection are shown to the model',
      name: 'context',
    },
    ...list.presets.map((preset) => ({
      label: `Preset ${preset}`,
      description: '',
      name: `presets/${preset}`,
    })),
  ];
  const options = { title: 'Customise Prompt', placeHolder: 'Which template?' };
  return vscode.window.showQuickPick(items, options);
}

async function pickScope(): Promise<CustomisePromptParams['scope'] | undefined> {
  if (!vscode.workspace.workspaceFolders) return 'user';
  const workspace = {
    label: 'For This Workspace',
    detail: 'In .tt-assistant/prompts, for everyone who works here',
    scope: 'workspace' as const,
  };
  const user = { label: 'For Me', detail: 'In all my workspaces', scope: 'user' as const };
  return (await vscode.window.showQuickPick([workspace, user], { title: 'Customise Prompt' }))?.scope;
}
