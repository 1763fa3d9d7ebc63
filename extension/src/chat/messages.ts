// What the chat view and its page tell each other. Knows no vscode.
import type { Answer } from '../answer';
import type { ButtonMessage, CodeMessage } from '../resultMessages';
import type { CodeRun } from './codeRun';
import type { AttachedCode, Conversation } from './conversation';

/** One code block of one answer. */
export interface BlockPlace {
  exchangeId: string;
  block: number;
}

export type ToChat =
  | { type: 'show'; conversation: Conversation }
  | { type: 'append'; exchangeId: string; text: string }
  | { type: 'answer'; exchangeId: string; answer: Answer }
  | { type: 'attached'; attached: AttachedCode[] }
  | { type: 'suggested'; code?: AttachedCode }
  | { type: 'run'; exchangeId: string; run: CodeRun }
  | { type: 'trusted'; trusted: boolean }
  | { type: 'draft'; text: string }
  | { type: 'unsent'; text: string }
  | { type: 'model'; name: string; tiny: boolean }
  | { type: 'focus' };

export type FromChat =
  | { type: 'ready' }
  | { type: 'send'; text: string }
  | { type: 'stop' }
  | { type: 'regenerate'; exchangeId: string }
  | { type: 'resend'; exchangeId: string; text: string }
  | { type: 'draft'; text: string }
  | { type: 'attach' }
  | { type: 'detach'; index: number }
  | { type: 'dismissSuggestion' }
  | { type: 'open'; code: AttachedCode }
  | { type: 'focused' }
  | ({ type: 'run'; language: string; code: string } & BlockPlace)
  | ({ type: 'stopRun' } & BlockPlace)
  | ({ type: 'askAboutRun' } & BlockPlace)
  | ButtonMessage
  | CodeMessage;
