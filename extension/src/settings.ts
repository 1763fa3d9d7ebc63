// The settings the extension itself reads or writes; the server reads the whole section.
import * as vscode from 'vscode';

export const SECTION = 'ttAssistant';

export type HoverMode = 'auto' | 'onDemand' | 'off';

export interface ExtensionSettings {
  python: string;
  hoverMode: HoverMode;
  warming: boolean;
  preset: string;
}

export function readSettings(): ExtensionSettings {
  const section = vscode.workspace.getConfiguration(SECTION);
  return {
    python: section.get<string>('python', '').trim(),
    hoverMode: section.get<HoverMode>('hover.mode', 'auto'),
    warming: section.get<boolean>('warming.enabled', true),
    preset: section.get<string>('prompts.preset', 'general'),
  };
}

/** The whole section as plain JSON, for `initializationOptions`. */
export function wholeSection(): Record<string, unknown> {
  const section = vscode.workspace.getConfiguration().get<Record<string, unknown>>(SECTION, {});
  return JSON.parse(JSON.stringify(section)) as Record<string, unknown>;
}

export async function writeUserSetting(key: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration(SECTION).update(key, value, vscode.ConfigurationTarget.Global);
}

export async function writeWorkspaceSetting(key: string, value: unknown): Promise<void> {
  const target = vscode.workspace.workspaceFolders
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await vscode.workspace.getConfiguration(SECTION).update(key, value, target);
}
