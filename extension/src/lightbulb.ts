// The lightbulb's actions come from the language server as commands; here they take the same previewed way as the menu's.
import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { fromRange } from './convert';
import type { Range } from 'vscode-languageclient/node';
import { type Target, targetAt } from './typed';

/** The server's command: action id, document, range. */
const RUN_COMMAND = 'ttAssistant.server.run';

export type RunAction = (id: string, target: Target) => Promise<void>;

/** Route the server's run command to `run`; every other command goes on to the server. */
export function lightbulbMiddleware(run: RunAction): Middleware {
  return {
    executeCommand: async (command: string, args: unknown[], next) => {
      const [action, uri, range] = args;
      if (command !== RUN_COMMAND || typeof action !== 'string' || typeof uri !== 'string') {
        return next(command, args) as Promise<unknown>;
      }
      const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
      await run(action, targetAt(document, fromRange(range as Range)));
      return undefined;
    },
  };
}
