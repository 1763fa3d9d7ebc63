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
  | { type: 'button'; id: ButtonId }
  | CodeMessage;

/** What a code block of an answer offers; both pages send it. */
export type CodeMessage = { type: 'copy' | 'insert' | 'apply'; code: string };
