// Generated from lsp_server/protocol by `python extension/scripts/generate.py`. Do not edit.
// A field that may be missing has its default on the other side: "", 0, false, [] or none.

import type {
  Position,
  Range,
  TextDocumentIdentifier,
  VersionedTextDocumentIdentifier,
  WorkspaceEdit,
} from 'vscode-languageclient/node';
import { NotificationType, RequestType } from 'vscode-languageclient/node';

/** One action a user can run; one Markdown file in prompts/. */
export interface ActionInfo {
  id: string;
  name: string;
  description: string;
  output: 'show' | 'replace' | 'docstring' | 'file';
  /** Not empty: ask the user for this before running. */
  argumentHint?: string;
  source?: 'built in' | 'user' | 'workspace';
  inMenu?: boolean;
}

/** A template that cannot be used. */
export interface PromptProblem {
  /** As `ttAssistant/customisePrompt` names it. */
  name: string;
  /** A sentence for the user. */
  message: string;
  /** The file that has the mistake. */
  uri: string;
}

/** One labelled part of a rendered prompt. */
export interface PromptPart {
  name: string;
  tokens: number;
  /** What was cut to fit, in words; empty when nothing was. */
  dropped?: string;
}

/** What was sent and what it cost. */
export interface Receipt {
  parts: PromptPart[];
  promptTokens: number;
  contextWindow: number;
  cachedTokens?: number;
  completionTokens?: number;
  ttftMs?: number;
  tokensPerSecond?: number;
  finishReason?: 'stop' | 'length' | 'cancelled' | 'repetition';
  /** Chat turns that no longer fit. */
  droppedTurns?: number;
  /** The answer was made earlier, while the machine was idle: this time the model was asked nothing. */
  prepared?: boolean;
}

/** One thing that was verified about a proposal. */
export interface CheckView {
  name: string;
  verdict: 'ok' | 'failed' | 'unknown';
  detail?: string;
}

/** A checked edit that waits for the user. `new_text` is the whole document as it would be. */
export interface ProposalView {
  id: string;
  kind: 'docstring' | 'replace' | 'file';
  uri: string;
  newText: string;
  summary: string;
  checks: CheckView[];
  createsFile?: boolean;
}

/** A diagnostic, as far as a prompt needs it. */
export interface Problem {
  range: Range;
  message: string;
}

/** One turn of a conversation. */
export interface Turn {
  role: 'user' | 'assistant';
  text: string;
}

/** Code the user attached to a chat turn; without a range, the whole file (folded to fit). */
export interface Attachment {
  uri: string;
  range?: Range;
  /** An earlier turn brought it: when it is gone it is left out, and a note tells so. Else that is an error. */
  earlier?: boolean;
}

/** One model that can be had. */
export interface ModelInfo {
  id: string;
  name: string;
  description: string;
  sizeBytes: number;
  /** Where it is; empty: not downloaded yet. */
  path?: string;
  licence?: string;
  /** On a board: where, how well supported, and how fast it is published to be. */
  runs?: string;
  /** On a board: what to put into `ttAssistant.engine.model`. Empty: what `ttAssistant/getModel` returns. */
  use?: string;
  /** On a board: how its weights get here, with the licence step. Empty: they are here. */
  command?: string;
}

/** `initializationOptions` of `initialize`; every field may be missing. */
export interface InitializationOptions {
  /** The `ttAssistant` section, nested as in settings.json. */
  settings?: Record<string, unknown>;
  /** The client is our extension: hovers leave explanations to `ttAssistant/hoverExplanation`. */
  extension?: boolean;
  /** The workspace is trusted: its prompt templates are read. */
  trusted?: boolean;
}

/** The `data` of every error response with `ERROR_CODE`; its message is a sentence for the user. */
export interface ErrorData {
  /** Which error of errors.py, for example "engineDied"; "internal" for a fault of ours. */
  code: string;
  /** A command to offer, without the `ttAssistant.` prefix. */
  button?: string;
  /** More text for an expandable view, for example the model's raw answer. */
  detail?: string;
  /** The URI of the file that the button is about; the command's argument. */
  file?: string;
}

/** Run an action on a range of a document. */
export interface RunParams {
  /** Chosen by the client; `ttAssistant/event` notifications of this run carry it. */
  runId: string;
  action: string;
  textDocument: VersionedTextDocumentIdentifier;
  /** The selection; empty means the innermost function or class at the cursor. */
  range: Range;
  instruction?: string;
  /** The problems of the range, for actions that fix them. */
  diagnostics?: Problem[];
  /** Ask the model, also where an answer was prepared while the machine was idle. */
  fresh?: boolean;
  /** The user allowed that generated tests and the project's functions are run in this workspace. */
  runCode?: boolean;
  /** The text of an earlier result of this run, to be checked again before the model is asked: as after a consent. */
  answer?: string;
}

/** The answer, and for edit actions the proposal that waits for accept or reject. */
export interface RunResult {
  /** The model's answer; for edit actions its raw text. */
  text: string;
  receipt: Receipt;
  /** What was acted on, after widening an empty selection. */
  range: Range;
  proposal?: ProposalView;
  /** For edit actions: why nothing is offered. */
  refused?: string;
  /** True when something that checks the proposal was not run because nobody consented yet. */
  testsCanRun?: boolean;
}

/** Ask for the edit of a proposal, moved to where the text is now. */
export interface AcceptParams {
  proposalId: string;
}

/** A versioned edit, or why there is none; the proposal is kept, because the client may fail to apply it. */
export interface AcceptResult {
  /** To apply as one undo step. None: refused. */
  edit?: WorkspaceEdit;
  refused?: string;
}

/** Forget a proposal: it was rejected, or its edit was applied. */
export interface RejectParams {
  proposalId: string;
}

/** Place a code block of a chat answer into a document, as a previewed edit. */
export interface ApplyCodeParams {
  textDocument: VersionedTextDocumentIdentifier;
  range: Range;
  code: string;
}

/** A proposal like that of an edit action, or why there is none. */
export interface ApplyCodeResult {
  proposal?: ProposalView;
  refused?: string;
}

/** Explain what is under the mouse, for the second part of a hover; waits for the model. */
export interface HoverExplanationParams {
  textDocument: TextDocumentIdentifier;
  position: Position;
}

/** The explanation; empty where there is nothing to explain. */
export interface HoverExplanationResult {
  markdown: string;
  range?: Range;
}

/** The selection settled, a context menu opened, or the chat input got the focus. */
export interface WarmParams {
  textDocument: VersionedTextDocumentIdentifier;
  range: Range;
}

/** What an editor shows of a document, sent when scrolling has settled; idle work begins there. */
export interface ViewParams {
  textDocument: TextDocumentIdentifier;
  /** Several where code is folded. */
  ranges: Range[];
  /** The cursor, where it is in sight. */
  focus?: Position;
}

/** A step of a running request, in order, all before its result. */
export interface EventParams {
  runId: string;
  /**
   * prefill: `done` of `total` tokens; delta: append `text`; reset: discard what was streamed (a repair round
   * begins); note: a sentence for the user, for example "Checking the edit"; download: `done` of `total` bytes;
   * output: append `text` to what the code printed.
   */
  kind: 'prefill' | 'delta' | 'reset' | 'note' | 'download' | 'output';
  text?: string;
  done?: number;
  total?: number;
  /** Of a note: expected until the answer is complete; 0 where it tells something else. */
  seconds?: number;
}

/** Render the prompt of an action without running it. */
export interface ShowPromptParams {
  action: string;
  textDocument: VersionedTextDocumentIdentifier;
  range: Range;
  instruction?: string;
  diagnostics?: Problem[];
}

/** What the model would receive. */
export interface ShowPromptResult {
  /** The exact messages, then the table of parts. */
  markdown: string;
  receipt: Receipt;
}

/** Make an editable copy of a template. */
export interface CustomisePromptParams {
  /** An action id, "system", "context", or "presets/<name>". */
  name: string;
  scope: 'workspace' | 'user';
}

/** Where the copy is. */
export interface CustomisePromptResult {
  /** The file to open: a copy of the template in force, or the override that was already there. */
  uri: string;
}

/** List the actions, presets and mistakes in overrides. */
export type ActionsParams = Record<string, never>;

/** Also sent as a notification when templates changed. */
export interface ActionsResult {
  actions: ActionInfo[];
  presets: string[];
  /** Mistakes in overrides; a broken override is reported, never replaced silently. */
  problems: PromptProblem[];
}

/** Answer the last turn of a conversation. */
export interface ChatParams {
  runId: string;
  /** The whole conversation; the last turn is the user's new one. The server keeps no history. */
  turns: Turn[];
  attachments?: Attachment[];
}

/** The whole answer, after its deltas were sent as events. */
export interface ChatResult {
  text: string;
  receipt: Receipt;
}

/**
 * Run one code block of an answer in the sandbox; only in a trusted workspace, and only when the user agreed.
 *
 * Its output comes as `output` events. Cancelling the request kills the code with everything it started.
 */
export interface RunCodeParams {
  runId: string;
  /** What the fence of the block says, for example "python" or "js". */
  language: string;
  code: string;
  /** The user was told what runs where, and agreed. */
  consented?: boolean;
  /** URI of the editor beside the chat; Python modules of its workspace folder can be imported. */
  activeDocument?: string;
}

/** How the code ended. */
export interface RunCodeResult {
  /** Standard output and error in the order they came, with a last line that says what was cut. */
  output: string;
  seconds: number;
  /** Negative: the number of the signal that ended it. None: the time ran out. */
  exitCode?: number;
  /** True when the code could reach the network, because this system offers no way to prevent it. */
  network?: boolean;
}

/** Start, stop or restart the engine. */
export interface EngineControlParams {
  command: 'start' | 'stop' | 'restart';
}

/** What happened, in a sentence. */
export interface EngineControlResult {
  message: string;
}

/** The one message that drives the status bar. */
export interface StatusParams {
  state: 'stopped' | 'starting' | 'loading' | 'ready' | 'busy' | 'failed';
  kind?: '' | 'tt' | 'cpu' | 'remote';
  model?: string;
  /** A Tenstorrent board's name, for example n150; "" without one. */
  board?: string;
  detail?: string;
  progress?: number;
  contextWindow?: number;
  tokensPerSecond?: number;
  pid?: number;
  button?: string;
  /** What the board tells of itself, a line each, for the tooltip. */
  facts?: string[];
}

/** List the models that can be had for the engine in use: files for the CPU, or what runs on the board. */
export type ModelsParams = Record<string, never>;

/** The models: for the CPU the smallest first, for a board the best supported. */
export interface ModelsResult {
  models: ModelInfo[];
}

/** Download a model; `download` events with this `run_id` tell the bytes. Resumes what was begun. */
export interface GetModelParams {
  runId: string;
  id: string;
}

/** Where the model is now; the client puts this into `ttAssistant.engine.model`. */
export interface GetModelResult {
  path: string;
}

/** Examine the set-up: interpreter, packages, engine, board, models, templates. */
export type DoctorParams = Record<string, never>;

/** The findings, for a Markdown view. */
export interface DoctorResult {
  markdown: string;
  ok: boolean;
}

/** Install the native packages again after that failed; `ttAssistant/setup` tells the progress. */
export type RetrySetupParams = Record<string, never>;

/** True when everything is there now. */
export interface RetrySetupResult {
  ready: boolean;
}

/** Installing the packages that are not pure Python (syntax trees, the CPU engine), once after the first start. */
export interface SetupParams {
  state: 'working' | 'done' | 'failed';
  message?: string;
  /** 0..1 when known. */
  progress?: number;
  button?: string;
}

/** The user trusted the workspace: its templates may be read now. */
export type TrustParams = Record<string, never>;

/** Code of errors whose message is a sentence for the user and whose data is `ErrorData`. */
export const ERROR_CODE = -32001;

export const RunRequest = new RequestType<RunParams, RunResult, ErrorData>('ttAssistant/run');
export const ChatRequest = new RequestType<ChatParams, ChatResult, ErrorData>('ttAssistant/chat');
export const RunCodeRequest = new RequestType<RunCodeParams, RunCodeResult, ErrorData>('ttAssistant/runCode');
export const AcceptRequest = new RequestType<AcceptParams, AcceptResult, ErrorData>('ttAssistant/accept');
export const ApplyCodeRequest = new RequestType<ApplyCodeParams, ApplyCodeResult, ErrorData>(
  'ttAssistant/applyCode',
);
export const ShowPromptRequest = new RequestType<ShowPromptParams, ShowPromptResult, ErrorData>(
  'ttAssistant/showPrompt',
);
export const CustomisePromptRequest = new RequestType<
  CustomisePromptParams,
  CustomisePromptResult,
  ErrorData
>('ttAssistant/customisePrompt');
export const ActionsRequest = new RequestType<ActionsParams, ActionsResult, ErrorData>('ttAssistant/actions');
export const HoverExplanationRequest = new RequestType<
  HoverExplanationParams,
  HoverExplanationResult,
  ErrorData
>('ttAssistant/hoverExplanation');
export const EngineControlRequest = new RequestType<EngineControlParams, EngineControlResult, ErrorData>(
  'ttAssistant/engineControl',
);
export const ModelsRequest = new RequestType<ModelsParams, ModelsResult, ErrorData>('ttAssistant/models');
export const GetModelRequest = new RequestType<GetModelParams, GetModelResult, ErrorData>(
  'ttAssistant/getModel',
);
export const DoctorRequest = new RequestType<DoctorParams, DoctorResult, ErrorData>('ttAssistant/doctor');
export const RetrySetupRequest = new RequestType<RetrySetupParams, RetrySetupResult, ErrorData>(
  'ttAssistant/retrySetup',
);
export const RejectNotification = new NotificationType<RejectParams>('ttAssistant/reject');
export const WarmNotification = new NotificationType<WarmParams>('ttAssistant/warm');
export const ViewNotification = new NotificationType<ViewParams>('ttAssistant/view');
export const TrustNotification = new NotificationType<TrustParams>('ttAssistant/trust');
export const EventNotification = new NotificationType<EventParams>('ttAssistant/event');
export const StatusNotification = new NotificationType<StatusParams>('ttAssistant/status');
export const ActionsChangedNotification = new NotificationType<ActionsResult>('ttAssistant/actionsChanged');
export const SetupNotification = new NotificationType<SetupParams>('ttAssistant/setup');
