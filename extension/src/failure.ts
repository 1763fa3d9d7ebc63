// What went wrong, in the form a user meets it: one sentence, at most one button. Knows no vscode.
import type { ErrorData } from './protocol';

export interface Failure {
  message: string;
  /** Id of the button to offer; a key of `BUTTONS`. */
  button?: ButtonId;
  /** URI of the file that the button is about. */
  file?: string;
  /** More text for an expandable view, for example the model's raw answer. */
  detail?: string;
}

/** Every button an error can offer. The command is `ttAssistant.<id>`. */
export const BUTTONS = {
  showLog: 'Show Log',
  openSettings: 'Open Settings',
  chooseModel: 'Choose Model…',
  getModel: 'Get a Better Model…',
  startEngine: 'Start Engine',
  restartEngine: 'Restart Engine',
  restartServer: 'Restart',
  retrySetup: 'Try Again',
  setEngineKey: 'Set Engine Key…',
  choosePreset: 'Choose Preset…',
  customisePrompt: 'Open Template…',
  checkSetup: 'Check My Setup',
  openChat: 'Open Chat',
} as const;

export type ButtonId = keyof typeof BUTTONS;

const REQUEST_CANCELLED = -32800;
const SERVER_CANCELLED = -32802;
const CONNECTION_LOST = -32097;

/** An error that already is a sentence for the user. */
export class FailureError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

export function asButton(id: string | undefined): ButtonId | undefined {
  return id !== undefined && Object.hasOwn(BUTTONS, id) ? (id as ButtonId) : undefined;
}

/** Leave out what is missing, so that the object satisfies exact optional properties. */
export function failure(message: string, button?: string, detail?: string, file?: string): Failure {
  const id = asButton(button);
  return {
    message,
    ...(id ? { button: id } : {}),
    ...(detail ? { detail } : {}),
    ...(file ? { file } : {}),
  };
}

export function isCancellation(error: unknown): boolean {
  const code = property(error, 'code');
  return (
    code === REQUEST_CANCELLED ||
    code === SERVER_CANCELLED ||
    (error instanceof Error && error.name === 'Canceled')
  );
}

export function toFailure(error: unknown): Failure {
  if (error instanceof FailureError) return error.failure;
  if (property(error, 'code') === CONNECTION_LOST) {
    return failure(
      'The language server stopped while it answered. It has been started again; try once more.',
      'showLog',
    );
  }
  const data = property(error, 'data');
  if (isErrorData(data)) return failure(messageOf(error), data.button, data.detail, data.file);
  return failure(`Something went wrong: ${messageOf(error)}`, 'showLog');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isErrorData(value: unknown): value is ErrorData {
  return typeof property(value, 'code') === 'string';
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
