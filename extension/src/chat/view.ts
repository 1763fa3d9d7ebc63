// The chat view: passes messages between its page and the conversation. The page may come and go; nothing lives in it.
import * as vscode from 'vscode';
import type { CodeBlocks } from '../codeBlocks';
import { fromRange } from '../convert';
import type { Editors } from '../editors';
import { failure, FailureError } from '../failure';
import { pressButton } from '../messages';
import { isTinyModel, shortModelName } from '../status';
import type { Session } from '../session';
import type { Typed } from '../typed';
import { webviewHtml, webviewOptions } from '../webviewHtml';
import { codeInFront, pickAttachment } from './attachments';
import { type ChatListener, Chats } from './chats';
import { CodeRuns } from './codeRuns';
import type { AttachedCode } from './conversation';
import type { BlockPlace, FromChat, ToChat } from './messages';
import type { RunConsent } from './runConsent';
import type { ConversationStore } from './store';

export const CHAT_VIEW = 'ttAssistant.chat';

export interface ChatParts {
  session: Session;
  store: ConversationStore;
  editors: Editors;
  typed: Typed;
  codeBlocks: CodeBlocks;
  consent: RunConsent;
  warm: () => void;
  /** Show what a message's handling throws. */
  guard: (body: () => Promise<unknown>) => Promise<void>;
}

export class ChatView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly chats: Chats;
  private readonly runs: CodeRuns;
  private view: vscode.WebviewView | undefined;
  private model = '';
  /** The cursor is to be in the input; the page may not be there yet. */
  private wantsFocus = false;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly parts: ChatParts,
  ) {
    const listener: ChatListener = {
      show: (conversation) => this.post({ type: 'show', conversation }),
      append: (exchangeId, text) => this.post({ type: 'append', exchangeId, text }),
      answer: (exchangeId, answer) => this.post({ type: 'answer', exchangeId, answer }),
      attached: (attached) => this.post({ type: 'attached', attached }),
      suggested: (code) => this.post({ type: 'suggested', ...(code ? { code } : {}) }),
      run: (exchangeId, run) => this.post({ type: 'run', exchangeId, run }),
      unsent: (text) => this.post({ type: 'unsent', text }),
    };
    const { session, store, editors, typed, consent } = parts;
    const active = (): vscode.TextDocument | undefined => editors.current?.document;
    this.chats = new Chats(session, store, listener, typed);
    this.runs = new CodeRuns(session, this.chats, consent, active);
    this.subscriptions = [
      this.runs,
      editors.onDidChangeTarget(() => this.chats.suggest(codeInFront(editors))),
      vscode.window.registerWebviewViewProvider(CHAT_VIEW, this),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.postTrust()),
      session.onStatus((status) => {
        if (status.model === undefined || status.model === this.model) return;
        this.model = status.model;
        this.postModel();
      }),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    view.onDidDispose(() => (this.view = undefined));
    view.webview.options = webviewOptions(this.extensionUri);
    view.webview.onDidReceiveMessage(
      (message: FromChat) => void this.parts.guard(() => this.receive(message)),
    );
    view.webview.html = webviewHtml(view.webview, this.extensionUri, 'chat');
  }

  /** Bring the chat to the front with the cursor in its input. */
  async open(): Promise<void> {
    this.wantsFocus = true;
    await vscode.commands.executeCommand(`${CHAT_VIEW}.focus`);
    this.post({ type: 'focus' });
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async receive(message: FromChat): Promise<void> {
    const { chats, parts } = this;
    switch (message.type) {
      case 'ready':
        this.postModel();
        this.postTrust();
        this.post({ type: 'show', conversation: chats.current });
        if (this.wantsFocus) this.post({ type: 'focus' });
        return chats.suggest(codeInFront(parts.editors));
      case 'send':
        return chats.send(message.text);
      case 'stop':
        return chats.stop();
      case 'regenerate':
        return chats.resend(message.exchangeId);
      case 'resend':
        return chats.resend(message.exchangeId, message.text);
      case 'draft':
        return chats.setDraft(message.text);
      case 'attach':
        return this.attach();
      case 'detach':
        return chats.detach(message.index);
      case 'dismissSuggestion':
        return chats.dismissSuggestion();
      case 'open':
        return showCode(message.code);
      case 'run':
        return this.runs.run(message);
      case 'stopRun':
        return this.runs.stop(message);
      case 'askAboutRun':
        return this.askAbout(message);
      case 'focused':
        this.wantsFocus = false;
        return parts.warm();
      case 'button':
        return pressButton(message.id, message.file);
      case 'copy':
      case 'insert':
      case 'apply':
        return parts.codeBlocks.handle(message);
    }
  }

  private async attach(): Promise<void> {
    const code = await pickAttachment(this.parts.editors);
    if (code) this.chats.attach(code);
    this.post({ type: 'focus' });
  }

  private askAbout(place: BlockPlace): void {
    const text = this.runs.draftAbout(place);
    if (text !== undefined) this.post({ type: 'draft', text });
  }

  private postTrust(): void {
    this.post({ type: 'trusted', trusted: vscode.workspace.isTrusted });
  }

  private postModel(): void {
    this.post({ type: 'model', name: shortModelName(this.model), tiny: isTinyModel(this.model) });
  }

  private post(message: ToChat): void {
    void this.view?.webview.postMessage(message);
  }
}

async function showCode(code: AttachedCode): Promise<void> {
  const selection = code.range ? { selection: fromRange(code.range) } : {};
  try {
    await vscode.window.showTextDocument(vscode.Uri.parse(code.uri), selection);
  } catch {
    throw new FailureError(failure(`${code.label} cannot be opened: it may have been moved or deleted.`));
  }
}
