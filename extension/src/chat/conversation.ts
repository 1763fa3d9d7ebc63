// A conversation and what can happen to it, as pure functions: every change gives a new value. Knows no vscode.
import { type Answer, EMPTY_ANSWER, isRunning, stop } from '../answer';
import type { Attachment, Receipt, Turn } from '../protocol';
import type { Range } from 'vscode-languageclient/node';
import { type CodeRun, replaceRun, settledRuns } from './codeRun';

/** Code attached to a question: a range of a document, or all of it. */
export interface AttachedCode extends Attachment {
  /** What the chip says, for example "utils.py:3-14". */
  label: string;
}

/** One question with its answer. */
export interface Exchange {
  id: string;
  question: string;
  attached: AttachedCode[];
  answer: Answer;
  /** Code blocks of the answer that were run, once each. */
  runs?: CodeRun[];
}

export interface Conversation {
  id: string;
  exchanges: Exchange[];
  /** Typed or attached, and not sent yet. */
  draft: string;
  attached: AttachedCode[];
  /** Milliseconds since the epoch. */
  updatedAt: number;
}

const TITLE_LENGTH = 60;

export function newConversation(id: string, now: number): Conversation {
  return { id, exchanges: [], draft: '', attached: [], updatedAt: now };
}

export function titleOf(conversation: Conversation): string {
  const words = (conversation.exchanges[0]?.question ?? conversation.draft).trim().replace(/\s+/g, ' ');
  if (!words) return 'New chat';
  return words.length <= TITLE_LENGTH ? words : `${words.slice(0, TITLE_LENGTH - 1).trimEnd()}…`;
}

export function isBlank(conversation: Conversation): boolean {
  return (
    conversation.exchanges.length === 0 && !conversation.draft.trim() && conversation.attached.length === 0
  );
}

/** The question leaves the draft and becomes the newest exchange. */
export function ask(conversation: Conversation, id: string, question: string, now: number): Conversation {
  const exchange: Exchange = { id, question, attached: conversation.attached, answer: EMPTY_ANSWER };
  return {
    ...conversation,
    exchanges: [...conversation.exchanges, exchange],
    draft: '',
    attached: [],
    updatedAt: now,
  };
}

export function changeAnswer(
  conversation: Conversation,
  exchangeId: string,
  change: (answer: Answer) => Answer,
): Conversation {
  const exchanges = conversation.exchanges.map((exchange) =>
    exchange.id === exchangeId ? { ...exchange, answer: change(exchange.answer) } : exchange,
  );
  return { ...conversation, exchanges };
}

export function keepRun(conversation: Conversation, exchangeId: string, run: CodeRun): Conversation {
  const exchanges = conversation.exchanges.map((exchange) =>
    exchange.id === exchangeId ? { ...exchange, runs: replaceRun(exchange.runs ?? [], run) } : exchange,
  );
  return { ...conversation, exchanges };
}

/** Everything before `exchangeId`; the whole conversation when there is no such exchange. */
export function before(conversation: Conversation, exchangeId: string): Conversation {
  const index = conversation.exchanges.findIndex((exchange) => exchange.id === exchangeId);
  return index === -1 ? conversation : { ...conversation, exchanges: conversation.exchanges.slice(0, index) };
}

export function isLast(conversation: Conversation, exchangeId: string): boolean {
  return conversation.exchanges.at(-1)?.id === exchangeId;
}

export function attach(conversation: Conversation, code: AttachedCode): Conversation {
  if (conversation.attached.some((other) => sameCode(other, code))) return conversation;
  return { ...conversation, attached: [...conversation.attached, code] };
}

/** What goes with the first question unless the user took it away or attached something else: the code in front. */
export function suggestion(
  conversation: Conversation,
  inFront: AttachedCode | undefined,
): AttachedCode | undefined {
  const begun = conversation.exchanges.length > 0 || conversation.attached.length > 0;
  return begun ? undefined : inFront;
}

export function detach(conversation: Conversation, index: number): Conversation {
  return { ...conversation, attached: conversation.attached.filter((_, position) => position !== index) };
}

/** What the server is asked: all turns that have text, the newest question last. An unanswered question is left out. */
export function turnsOf(conversation: Conversation): Turn[] {
  const turns: Turn[] = [];
  conversation.exchanges.forEach(({ question, answer }, index) => {
    const newest = index === conversation.exchanges.length - 1;
    if (!answer.text && !newest) return;
    turns.push({ role: 'user', text: question });
    if (!newest) turns.push({ role: 'assistant', text: answer.text });
  });
  return turns;
}

/**
 * Everything attached so far, once, in the order it came: a stable order keeps the engine's cache. What only earlier
 * questions brought is marked, because it may be gone. `rangeOf` says where code is by now.
 */
export function attachmentsOf(
  conversation: Conversation,
  rangeOf: (code: AttachedCode) => Range | undefined,
): Attachment[] {
  const found: AttachedCode[] = [];
  for (const code of conversation.exchanges.flatMap((exchange) => exchange.attached)) {
    if (!found.some((other) => sameCode(other, code))) found.push(code);
  }
  const newest = conversation.exchanges.at(-1)?.attached ?? [];
  return found.map((code) => {
    const range = rangeOf(code);
    const earlier = !newest.some((other) => sameCode(other, code));
    return { uri: code.uri, ...(range ? { range } : {}), ...(earlier ? { earlier } : {}) };
  });
}

/** The newest receipt, for the context meter. */
export function lastReceipt(conversation: Conversation): Receipt | undefined {
  for (const { answer } of conversation.exchanges.toReversed()) {
    if (answer.state.kind === 'done') return answer.state.receipt;
  }
  return undefined;
}

/** What was running when the window closed, an answer or its code, is not running any more. */
export function settled(conversation: Conversation): Conversation {
  const exchanges = conversation.exchanges.map((exchange) => ({
    ...exchange,
    ...(isRunning(exchange.answer) ? { answer: stop(exchange.answer) } : {}),
    ...(exchange.runs ? { runs: settledRuns(exchange.runs) } : {}),
  }));
  return { ...conversation, exchanges };
}

function sameCode(a: Attachment, b: Attachment): boolean {
  return a.uri === b.uri && JSON.stringify(a.range) === JSON.stringify(b.range);
}
