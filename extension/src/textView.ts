// Text to read, beside the editor: Markdown rendered, or as it is. It is no document of the user's: nothing to edit or save.
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';

const SCHEME = 'tt-assistant-text';
/** A preview asks for its text again when it comes back to the front, long after its document was closed. */
const MOST_KEPT = 20;

export class TextViews implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly subscription = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.query) ?? 'This text was not kept. Close it, and ask for it again.';
  }

  /** Show Markdown as VS Code's own preview shows it. */
  async showMarkdown(title: string, text: string): Promise<void> {
    await vscode.commands.executeCommand('markdown.showPreviewToSide', this.keep(title, text));
  }

  /** Show what a model wrote, as it wrote it. */
  async showSource(title: string, text: string): Promise<void> {
    const document = await vscode.workspace.openTextDocument(this.keep(title, text));
    await vscode.window.showTextDocument(document, { preview: true, viewColumn: vscode.ViewColumn.Beside });
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private keep(title: string, text: string): vscode.Uri {
    const id = randomUUID();
    this.texts.set(id, text);
    const [oldest] = this.texts.keys();
    if (this.texts.size > MOST_KEPT && oldest !== undefined) this.texts.delete(oldest);
    return vscode.Uri.from({ scheme: SCHEME, path: `/${title}.md`, query: id });
  }
}
