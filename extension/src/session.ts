// Owns the one LanguageClient: start, restart, and what the server tells. Everyone else asks the session.
import * as vscode from 'vscode';
import {
  type LanguageClient,
  type Middleware,
  type NotificationType,
  type RequestType,
  State,
  type WorkspaceEdit,
} from 'vscode-languageclient/node';
import { createClient } from './client';
import { Crashes } from './crashes';
import { type Failure, failure, FailureError, toFailure } from './failure';
import {
  ActionsChangedNotification,
  type ActionsResult,
  EventNotification,
  type EventParams,
  SetupNotification,
  type SetupParams,
  StatusNotification,
  type StatusParams,
  TrustNotification,
} from './protocol';
import { Serial } from './serial';
import { unlessCancelled } from './unlessCancelled';

export type SessionState =
  | { kind: 'stopped' }
  | { kind: 'starting' }
  | { kind: 'running'; client: LanguageClient }
  | { kind: 'failed'; failure: Failure };

const STOP_TIMEOUT_MS = 2_000;

export class Session implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<SessionState>();
  private readonly events = new vscode.EventEmitter<EventParams>();
  private readonly statuses = new vscode.EventEmitter<StatusParams>();
  private readonly setups = new vscode.EventEmitter<SetupParams>();
  private readonly actionLists = new vscode.EventEmitter<ActionsResult>();
  private readonly owned: vscode.Disposable[];
  private current: SessionState = { kind: 'stopped' };
  private client: LanguageClient | undefined;
  private readonly restarts = new Serial((reason) => this.replaceClient(reason));

  readonly onDidChangeState = this.changed.event;
  readonly onEvent = this.events.event;
  readonly onStatus = this.statuses.event;
  readonly onSetup = this.setups.event;
  readonly onActionsChanged = this.actionLists.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
    private readonly middleware: Middleware,
  ) {
    this.owned = [
      this.changed,
      this.events,
      this.statuses,
      this.setups,
      this.actionLists,
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.notify(TrustNotification, {})),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('ttAssistant.python'))
          void this.restart('the interpreter setting changed');
      }),
    ];
  }

  get state(): SessionState {
    return this.current;
  }

  /** Start, or stop and start again. While a restart runs, at most one more waits behind it. Never rejects. */
  restart(reason: string): Promise<void> {
    return this.restarts.request(reason);
  }

  /** Send a request; starts the server if it is down, and waits for it until cancelled. Throws FailureError or the server's error. */
  async request<P, R, E>(type: RequestType<P, R, E>, params: P, token: vscode.CancellationToken): Promise<R> {
    const client = await unlessCancelled(this.running(), token);
    return client.sendRequest<R>(type.method, params, token);
  }

  /** Convert an edit of the server. Refuses one that was made for another version of a document. */
  async toWorkspaceEdit(edit: WorkspaceEdit): Promise<vscode.WorkspaceEdit> {
    const client = await this.running();
    for (const change of edit.documentChanges ?? []) {
      if (!('textDocument' in change) || change.textDocument.version === null) continue;
      const uri = client.protocol2CodeConverter.asUri(change.textDocument.uri).toString();
      const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri);
      if (open && open.version !== change.textDocument.version) {
        throw new FailureError(failure('The text changed while the edit was accepted. Accept it again.'));
      }
    }
    return client.protocol2CodeConverter.asWorkspaceEdit(edit);
  }

  /** Send a notification when the server is there; it is never worth starting the server for one. */
  async notify<P>(type: NotificationType<P>, params: P): Promise<void> {
    if (this.current.kind !== 'running') return;
    try {
      await this.current.client.sendNotification(type.method, params);
    } catch (error) {
      this.log.debug(`Not sent: ${type.method}: ${String(error)}`);
    }
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (!client) return;
    try {
      await client.dispose(STOP_TIMEOUT_MS);
    } catch (error) {
      this.log.debug(`The server did not stop cleanly: ${String(error)}`);
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.owned).dispose();
  }

  private async running(): Promise<LanguageClient> {
    await this.restarts.running;
    if (this.current.kind === 'starting' && this.client) {
      await this.client.start();
      return this.client;
    }
    if (this.current.kind !== 'running') await this.restart('a command needs the server');
    if (this.current.kind === 'running') return this.current.client;
    throw new FailureError(
      this.current.kind === 'failed'
        ? this.current.failure
        : failure('The language server is not running.', 'showLog'),
    );
  }

  private async replaceClient(reason: string): Promise<void> {
    this.log.info(`(Re)starting: ${reason}`);
    this.become({ kind: 'starting' });
    await this.stop();
    try {
      const crashes = new Crashes();
      const client = await createClient(this.context, this.log, this.middleware, crashes);
      this.client = client;
      this.listen(client, crashes);
      await client.start();
      this.become({ kind: 'running', client });
    } catch (error) {
      this.log.error(error instanceof Error ? error : String(error));
      const cause =
        error instanceof FailureError
          ? toFailure(error)
          : failure('The language server could not be started. Its log says why.', 'showLog');
      this.become({ kind: 'failed', failure: cause });
    }
  }

  private listen(client: LanguageClient, crashes: Crashes): void {
    client.onNotification(EventNotification, (event) => this.events.fire(event));
    client.onNotification(StatusNotification, (status) => this.statuses.fire(status));
    client.onNotification(SetupNotification, (setup) => this.setups.fire(setup));
    client.onNotification(ActionsChangedNotification, (list) => this.actionLists.fire(list));
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client || this.restarts.running) return;
      if (newState === State.Running) this.become({ kind: 'running', client });
      else if (newState === State.Starting) this.become({ kind: 'starting' });
      // A client that is about to start again says first that it stopped.
      else if (newState === State.Stopped && crashes.restarts) return;
      else if (this.current.kind !== 'failed') {
        const cause = failure(
          'The language server stopped and was not started again. Its log says why.',
          'showLog',
        );
        this.become({ kind: 'failed', failure: cause });
      }
    });
  }

  private become(state: SessionState): void {
    this.current = state;
    this.changed.fire(state);
  }
}
