// Puts the parts together. Nothing here waits for the server: commands and views exist at once.
import * as vscode from 'vscode';
import { Actions } from './actions';
import { Announcements } from './announcements';
import { stop } from './answer';
import { attachedRange } from './chat/attachments';
import { RunConsent } from './chat/runConsent';
import { ConversationStore } from './chat/store';
import { ChatView } from './chat/view';
import { CodeBlocks } from './codeBlocks';
import { commandsOf } from './commands';
import { Editors } from './editors';
import { ExplanationHover } from './hover';
import { Idle } from './idle';
import { lightbulbMiddleware } from './lightbulb';
import { guarded } from './messages';
import { Previews } from './preview';
import { ResultView } from './resultView';
import { type ActionRun, ActionRunner } from './run';
import { Session } from './session';
import { StatusBar } from './statusBar';
import { TestConsent } from './testConsent';
import { TextViews } from './textView';
import { Typed } from './typed';
import { Warming } from './warming';

let session: Session | undefined;
let conversations: ConversationStore | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('TT Coding Assistant', { log: true });
  const guard = (body: () => Promise<unknown>): Promise<void> => guarded(log, body);
  const middleware = lightbulbMiddleware((id, target) => guard(() => runner.run(id, target)));
  const server = (session = new Session(context, log, middleware));
  const editors = new Editors();
  const typed = new Typed();
  const actions = new Actions(server);
  const previews = new Previews(server);
  const texts = new TextViews();
  const codeBlocks = new CodeBlocks(server, editors, previews, guard);
  const store = (conversations = new ConversationStore(context.workspaceState));
  const consent = new RunConsent(context.workspaceState);
  const testConsent = new TestConsent(context.workspaceState);
  const warming = new Warming(server, editors);
  const chat = new ChatView(context.extensionUri, {
    session: server,
    store,
    editors,
    typed,
    codeBlocks,
    consent,
    warm: () => warming.now(),
    guard,
  });
  const continueInChat = (run: ActionRun, answer: string): Promise<void> => {
    const { document, range } = typed.now(run.target);
    const code = attachedRange(document, range);
    chat.chats.adopt(
      run.instruction || `${run.action.name} this code.`,
      code,
      stop({ text: answer, state: { kind: 'stopped' } }),
    );
    return chat.open();
  };
  const results = new ResultView(context.extensionUri, codeBlocks, continueInChat, log);
  const runner = new ActionRunner(server, actions, editors, results, previews, texts, testConsent, typed);
  const statusBar = new StatusBar(server);
  const announcements = new Announcements(server);
  const own = { context, log, session: server, editors, actions, runner, previews };
  const parts = { ...own, chat, store, consent, testConsent, statusBar, texts };

  context.subscriptions.push(
    log,
    server,
    editors,
    typed,
    actions,
    previews,
    texts,
    warming,
    new Idle(server),
    chat,
    results,
    statusBar,
    announcements,
  );
  for (const [name, body] of Object.entries(commandsOf(parts))) {
    const command = (...args: never[]): Promise<void> => guard(() => body(...args));
    context.subscriptions.push(vscode.commands.registerCommand(`ttAssistant.${name}`, command));
  }
  const hover = new ExplanationHover(server, log);
  context.subscriptions.push(
    vscode.languages.registerHoverProvider([{ scheme: 'file' }, { scheme: 'untitled' }], hover),
  );
  void server.restart('VS Code started');
}

export async function deactivate(): Promise<void> {
  // First: VS Code does not wait for long.
  conversations?.flush();
  await session?.stop();
}
