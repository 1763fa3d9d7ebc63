// What the result view and its page tell each other. Knows no vscode.
import type { Answer } from './answer';
import type { ButtonId } from './failure';

export type ToResult =
  | { type: 'show'; title: string; place: string; answer: Answer }
  | { type: 'append'; text: string }
  | { type: 'answer'; answer: Answer };

export type FromResult =
  | { type: 'ready' }
  | { type: 'stop' }
  | { type: 'retry' }
  | { type: 'continueInChat' }
  | ButtonMessage
  | CodeMessage;

/** The button of an error was pressed; `file` is what it is about. */
export type ButtonMessage = { type: 'button'; id: ButtonId; file?: string };

/** What a code block of an answer offers; both pages send it. */
export type CodeMessage = { type: 'copy' | 'insert' | 'apply'; code: string };
