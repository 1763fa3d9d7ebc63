// Every command of the extension, by name. They exist from the first moment, whatever state the server is in.
import * as vscode from 'vscode';
import type { Actions } from './actions';
import { attachedSelection } from './chat/attachments';
import { pickConversation } from './chat/picker';
import type { RunConsent } from './chat/runConsent';
import type { ConversationStore } from './chat/store';
import type { ChatView } from './chat/view';
import { plain } from './checks';
import type { Editors } from './editors';
import { openExample } from './example';
import type { ExplainAtArguments } from './hover';
import { showMenu } from './menu';
import { chooseHoverMode, chooseModel, choosePreset, getModel, setEngineKey } from './modelCommands';
import type { Previews } from './preview';
import { checkSetup, customisePrompt, showPrompt } from './promptCommands';
import { EngineControlRequest, type EngineControlParams, RetrySetupRequest } from './protocol';
import type { ActionRunner } from './run';
import type { Session } from './session';
import type { StatusBar } from './statusBar';
import type { TestConsent } from './testConsent';
import type { TextViews } from './textView';
import { targetAt } from './typed';

export interface CommandParts {
  context: vscode.ExtensionContext;
  log: vscode.LogOutputChannel;
  session: Session;
  editors: Editors;
  actions: Actions;
  runner: ActionRunner;
  previews: Previews;
  chat: ChatView;
  store: ConversationStore;
  consent: RunConsent;
  testConsent: TestConsent;
  statusBar: StatusBar;
  texts: TextViews;
}

type Commands = Record<string, (...args: never[]) => Promise<unknown>>;

const MENU_ACTIONS = ['explain', 'refactor', 'tests', 'docstring', 'fix', 'review'];

/** Command name without its prefix to what it does. */
export function commandsOf(parts: CommandParts): Commands {
  const {
    context,
    log,
    session,
    editors,
    actions,
    runner,
    previews,
    chat,
    store,
    consent,
    testConsent,
    statusBar,
    texts,
  } = parts;
  const menuActions = Object.fromEntries(MENU_ACTIONS.map((id) => [id, () => runner.run(id)]));
  return {
    ...menuActions,
    more: () => runner.pickAndRun(),
    tryExample: async () => runner.run('explain', await openExample()),
    explainAt: (...at: ExplainAtArguments) => explainAt(runner, at),

    acceptEdit: (id: unknown) => previews.accept(proposalId(id)),
    rejectEdit: (id: unknown) => previews.reject(proposalId(id)),
    retryEdit: (id: unknown) => previews.retry(proposalId(id)),
    runEditTests: (id: unknown) => previews.runTests(proposalId(id)),

    openChat: () => chat.open(),
    newChat: () => startChat(chat),
    chatHistory: () => openPastChat(chat, store),
    askBeforeRunning: () => askAgain(consent, testConsent),
    attachSelection: () => attachSelection(chat, editors),

    menu: () => showMenu(statusBar.headline),
    startEngine: () => controlEngine(session, 'start'),
    stopEngine: () => controlEngine(session, 'stop'),
    restartEngine: () => controlEngine(session, 'restart'),
    restartServer: () => session.restart('the user asked for it'),
    retrySetup: () => withProgress('Setting up', (token) => session.request(RetrySetupRequest, {}, token)),

    chooseModel: () => chooseModel(),
    getModel: () => getModel(session),
    setEngineKey: () => setEngineKey(session, context.secrets),
    choosePreset: () => choosePreset(actions),
    hoverMode: () => chooseHoverMode(),

    showPrompt: () => showPrompt(session, actions, editors, texts),
    customisePrompt: (uri: unknown) =>
      customisePrompt(session, actions, typeof uri === 'string' ? uri : undefined),
    checkSetup: () => checkSetup(session, texts),

    showLog: () => Promise.resolve(log.show()),
    openSettings: () => open('workbench.action.openSettings', `@ext:${context.extension.id}`),
    openWalkthrough: () => open('workbench.action.openWalkthrough', `${context.extension.id}#start`, false),
  };
}

/** Links give the id of a proposal; buttons of the title bar give the document, and mean the preview in front. */
function proposalId(argument: unknown): string | undefined {
  return typeof argument === 'string' ? argument : undefined;
}

async function explainAt(runner: ActionRunner, [uri, line, character]: ExplainAtArguments): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  await runner.run('explain', targetAt(document, new vscode.Range(line, character, line, character)));
}

async function startChat(chat: ChatView): Promise<void> {
  chat.chats.startNew();
  await chat.open();
}

async function openPastChat(chat: ChatView, store: ConversationStore): Promise<void> {
  if (await pickConversation(chat.chats, store)) await chat.open();
}

async function attachSelection(chat: ChatView, editors: Editors): Promise<void> {
  editors.target();
  if (editors.current) chat.chats.attach(attachedSelection(editors.current));
  await chat.open();
}

async function controlEngine(session: Session, command: EngineControlParams['command']): Promise<void> {
  const titles = {
    start: 'Starting the engine',
    stop: 'Stopping the engine',
    restart: 'Restarting the engine',
  };
  const { message } = await withProgress(titles[command], (token) =>
    session.request(EngineControlRequest, { command }, token),
  );
  if (message) void vscode.window.showInformationMessage(plain(message));
}

async function withProgress<R>(
  title: string,
  send: (token: vscode.CancellationToken) => Promise<R>,
): Promise<R> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (_progress, token) => send(token));
}

async function open(command: string, ...args: unknown[]): Promise<void> {
  await vscode.commands.executeCommand(command, ...args);
}

async function askAgain(...consents: readonly { forget(): Promise<void> }[]): Promise<void> {
  for (const consent of consents) await consent.forget();
  void vscode.window.showInformationMessage(
    'You are asked again before code of an answer, generated tests and changed code run in this workspace.',
  );
}
