// Makes the LanguageClient: which process it starts, and what it tells the server about itself.
import path from 'node:path';
import process from 'node:process';
import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  type ErrorHandler,
  LanguageClient,
  type LanguageClientOptions,
  type Middleware,
  RevealOutputChannelOn,
  type ServerOptions,
  State,
} from 'vscode-languageclient/node';
import type { Crashes } from './crashes';
import { readEngineKey } from './engineKey';
import type { InitializationOptions } from './protocol';
import { findPython } from './python';
import { copyLog } from './serverLog';
import { SECTION, wholeSection } from './settings';

/** Commands that Markdown from our own server may link to; other links of it do nothing. */
export const LINKABLE_COMMANDS = [
  'ttAssistant.explainAt',
  'ttAssistant.openChat',
  'ttAssistant.showLog',
] as const;

/** All messages to the user are ours: the client only logs. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

function errorHandler(log: vscode.LogOutputChannel, crashes: Crashes): ErrorHandler {
  return {
    error: (error) => {
      log.error(error);
      return { action: ErrorAction.Continue, handled: true };
    },
    closed: () => {
      const restart = crashes.worthRestart(Date.now());
      log.error(`The language server went away; ${restart ? 'starting it again' : 'not starting it again'}.`);
      return { action: restart ? CloseAction.Restart : CloseAction.DoNotRestart, handled: true };
    },
  };
}

export async function createClient(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  middleware: Middleware,
  crashes: Crashes,
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
    stdioOptions: {
      stdout: (input, channel) => copyLog(input, channel, 'info'),
      // What comes before the first line with a level is why Python did not start.
      stderr: (input, channel) => copyLog(input, channel, 'error'),
    },
    synchronize: { configurationSection: SECTION },
    initializationOptions: (): InitializationOptions => ({
      extension: true,
      trusted: vscode.workspace.isTrusted,
      settings: wholeSection(),
    }),
    markdown: { isTrusted: { enabledCommands: LINKABLE_COMMANDS }, supportThemeIcons: true },
    middleware,
    errorHandler: errorHandler(log, crashes),
    initializationFailedHandler: () => false,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
  };
  const client = new QuietClient(SECTION, 'TT Coding Assistant', server, options);
  client.onDidChangeState(({ newState }) => {
    if (newState === State.Running) crashes.markRunning();
  });
  return client;
}
