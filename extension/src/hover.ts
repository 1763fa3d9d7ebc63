// The second part of a hover: the explanation, when it is ready. The server's own hover shows the signature at once.
import * as vscode from 'vscode';
import { fromRange } from './convert';
import { isCancellation } from './failure';
import { HoverExplanationRequest } from './protocol';
import type { Session } from './session';
import { readSettings } from './settings';

/** Arguments of the command behind the link of an on-demand hover. */
export type ExplainAtArguments = [uri: string, line: number, character: number];

export class ExplanationHover implements vscode.HoverProvider {
  constructor(
    private readonly session: Session,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const { hoverMode } = readSettings();
    if (hoverMode === 'off' || this.session.state.kind !== 'running') return undefined;
    if (!document.getWordRangeAtPosition(position)) return undefined;
    return hoverMode === 'onDemand' ? link(document, position) : this.explain(document, position, token);
  }

  /** A hover is never worth an error message. */
  private async explain(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    try {
      const params = {
        textDocument: { uri: document.uri.toString() },
        position: { line: position.line, character: position.character },
      };
      const { markdown, range } = await this.session.request(HoverExplanationRequest, params, token);
      if (!markdown) return undefined;
      const text = new vscode.MarkdownString(markdown, false);
      return range ? new vscode.Hover(text, fromRange(range)) : new vscode.Hover(text);
    } catch (error) {
      if (!isCancellation(error)) this.log.debug(`No explanation for the hover: ${String(error)}`);
      return undefined;
    }
  }
}

function link(document: vscode.TextDocument, position: vscode.Position): vscode.Hover {
  const args: ExplainAtArguments = [document.uri.toString(), position.line, position.character];
  const text = new vscode.MarkdownString('', true);
  text.isTrusted = { enabledCommands: ['ttAssistant.explainAt'] };
  text.appendMarkdown(
    `$(sparkle) [Explain](command:ttAssistant.explainAt?${encodeURIComponent(JSON.stringify(args))})`,
  );
  return new vscode.Hover(text);
}
