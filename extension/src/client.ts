// Makes the LanguageClient: which process it starts, and what it tells the server about itself.
import path from 'node:path';
import process from 'node:process';
import * as vscode from 'vscode';
import {
  LanguageClient,
  type LanguageClientOptions,
  type Middleware,
  type ServerOptions,
} from 'vscode-languageclient/node';
import { readEngineKey } from './engineKey';
import type { InitializationOptions } from './protocol';
import { findPython } from './python';
import { SECTION, wholeSection } from './settings';

/** Commands that Markdown from our own server may link to; other links of it do nothing. */
export const LINKABLE_COMMANDS = [
  'ttAssistant.explainAt',
  'ttAssistant.openChat',
  'ttAssistant.showLog',
] as const;

export async function createClient(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  middleware: Middleware,
): Promise<LanguageClient> {
  const [python, key] = await Promise.all([findPython(log), readEngineKey(context.secrets)]);
  const launcher = context.asAbsolutePath(path.join('extension', 'launch.py'));
  log.info(`Starting the language server with ${python}`);
  const server: ServerOptions = {
    command: python,
    args: ['-s', launcher],
    options: {
      cwd: context.extensionPath,
      env: { ...process.env, ...(key ? { TT_ASSISTANT_API_KEY: key } : {}) },
    },
  };
  const options: LanguageClientOptions = {
    documentSelector: [{ scheme: 'file' }, { scheme: 'untitled' }],
    outputChannel: log,
    synchronize: { configurationSection: SECTION },
    initializationOptions: (): InitializationOptions => ({
      extension: true,
      trusted: vscode.workspace.isTrusted,
      settings: wholeSection(),
    }),
    markdown: { isTrusted: { enabledCommands: LINKABLE_COMMANDS }, supportThemeIcons: true },
    middleware,
  };
  return new LanguageClient(SECTION, 'TT Coding Assistant', server, options);
}
