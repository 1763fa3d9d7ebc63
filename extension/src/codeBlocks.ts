// What the buttons of a code block do: copy it, insert it at the cursor, or apply it as a previewed edit.
import * as vscode from 'vscode';
import { toRange, versioned } from './convert';
import type { Editors } from './editors';
import { failure, FailureError } from './failure';
import type { Previews } from './preview';
import { ApplyCodeRequest } from './protocol';
import type { CodeMessage } from './resultMessages';
import type { Session } from './session';

export class CodeBlocks {
  constructor(
    private readonly session: Session,
    private readonly editors: Editors,
    private readonly previews: Previews,
    private readonly guard: (body: () => Promise<unknown>) => Promise<void>,
  ) {}

  /** `preferred` is the document the answer was about; without it the current editor is meant. */
  handle(message: CodeMessage, preferred?: vscode.TextDocument): Promise<void> {
    return this.guard(async () => {
      switch (message.type) {
        case 'copy':
          return vscode.env.clipboard.writeText(message.code);
        case 'insert':
          return this.insert(message.code);
        case 'apply':
          return this.apply(message.code, preferred);
      }
    });
  }

  private async insert(code: string): Promise<void> {
    const { document } = this.editors.target();
    const editor = await vscode.window.showTextDocument(document, { preserveFocus: false });
    await editor.edit((edit) => edit.replace(editor.selection, code));
  }

  private async apply(code: string, preferred?: vscode.TextDocument): Promise<void> {
    const editor = this.editors.of(preferred);
    const { document, range } = editor
      ? { document: editor.document, range: editor.selection }
      : this.editors.target();
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: 'Checking the edit',
      cancellable: true,
    };
    const result = await vscode.window.withProgress(options, (_progress, token) =>
      this.session.request(
        ApplyCodeRequest,
        { textDocument: versioned(document), range: toRange(range), code },
        token,
      ),
    );
    if (!result.proposal) {
      throw new FailureError(failure(result.refused || 'There is no place for this code in the file.'));
    }
    await this.previews.open(result.proposal, { retry: () => this.apply(code, document) });
  }
}
