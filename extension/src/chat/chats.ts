// The conversation in front: asks, stops, edits, switches. Tells its listener what changed; draws nothing.
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { advance, type Answer, fail, finish, stop } from '../answer';
import { type Failure, isCancellation, toFailure } from '../failure';
import { ChatRequest, type ChatParams, type EventParams } from '../protocol';
import type { Session } from '../session';
import { streamed } from '../stream';
import type { Typed } from '../typed';
import type { CodeRun } from './codeRun';
import {
  ask,
  attach,
  attachmentsOf,
  type AttachedCode,
  before,
  changeAnswer,
  type Conversation,
  detach,
  isLast,
  keepRun,
  newConversation,
  suggestion,
  turnsOf,
} from './conversation';
import { rangeNow } from './places';
import type { ConversationStore } from './store';

/** What a view of the conversation is told. */
export interface ChatListener {
  show(conversation: Conversation): void;
  append(exchangeId: string, text: string): void;
  answer(exchangeId: string, answer: Answer): void;
  attached(attached: AttachedCode[]): void;
  suggested(code: AttachedCode | undefined): void;
  run(exchangeId: string, run: CodeRun): void;
  /** A question could not be asked. */
  unsent(question: string): void;
}

export class Chats {
  private conversation: Conversation;
  private running: vscode.CancellationTokenSource | undefined;
  private inFront: AttachedCode | undefined;
  /** Id of the conversation whose first question is to go without the code in front. */
  private withoutCode = '';

  constructor(
    private readonly session: Session,
    private readonly store: ConversationStore,
    private readonly listener: ChatListener,
    private readonly typed: Typed,
  ) {
    this.conversation = store.all[0] ?? newConversation(randomUUID(), Date.now());
  }

  get current(): Conversation {
    return this.conversation;
  }

  /** What the next question takes along without being told to. */
  get suggestion(): AttachedCode | undefined {
    const wanted = this.withoutCode !== this.conversation.id;
    return wanted ? suggestion(this.conversation, this.inFront) : undefined;
  }

  /** Ask `question` with what is attached or suggested. While an answer runs, it is given back. */
  async send(question: string): Promise<void> {
    if (!question.trim()) return;
    if (this.running) return this.listener.unsent(question);
    const id = randomUUID();
    const code = this.suggestion;
    const conversation = code ? attach(this.conversation, code) : this.conversation;
    this.become(ask(conversation, id, question.trim(), Date.now()));
    await this.answer(id);
  }

  stop(): void {
    this.running?.cancel();
  }

  /** Answer an earlier question again, perhaps reworded. What followed it stays in the history, as a chat of its own. */
  async resend(exchangeId: string, question?: string): Promise<void> {
    const exchange = this.conversation.exchanges.find(({ id }) => id === exchangeId);
    if (!exchange) return question === undefined ? undefined : this.listener.unsent(question);
    this.leave();
    const fork = isLast(this.conversation, exchangeId) ? {} : { id: randomUUID() };
    const { draft, attached } = this.conversation;
    const shortened = { ...before(this.conversation, exchangeId), ...fork, attached: exchange.attached };
    const id = randomUUID();
    this.become({
      ...ask(shortened, id, (question ?? exchange.question).trim(), Date.now()),
      draft,
      attached,
    });
    await this.answer(id);
  }

  /** Keep the state of a run with its answer, also when the conversation was left meanwhile. */
  keepRun(conversationId: string, exchangeId: string, run: CodeRun): void {
    const when = run.state.kind === 'running' ? 'soon' : 'now';
    if (conversationId === this.conversation.id) {
      this.conversation = keepRun(this.conversation, exchangeId, run);
      this.listener.run(exchangeId, run);
      this.store.keep(this.conversation, when);
      return;
    }
    const left = this.store.all.find(({ id }) => id === conversationId);
    if (left) this.store.keep(keepRun(left, exchangeId, run), when);
  }

  setDraft(draft: string): void {
    this.conversation = { ...this.conversation, draft };
    this.store.keep(this.conversation, 'soon');
  }

  /** The code the user works on. */
  suggest(code: AttachedCode | undefined): void {
    this.inFront = code;
    this.listener.suggested(this.suggestion);
  }

  dismissSuggestion(): void {
    this.withoutCode = this.conversation.id;
    this.listener.suggested(this.suggestion);
  }

  attach(code: AttachedCode): void {
    this.changeAttached(attach(this.conversation, code));
  }

  detach(index: number): void {
    this.changeAttached(detach(this.conversation, index));
  }

  startNew(): void {
    this.leave();
    this.become(newConversation(randomUUID(), Date.now()));
  }

  /** Bring a kept conversation to the front, as it is now. */
  switchTo(id: string): void {
    const conversation = this.store.all.find((kept) => kept.id === id);
    if (!conversation || id === this.conversation.id) return;
    this.leave();
    this.become(conversation);
  }

  /** Open a chat that begins with an answer given elsewhere. */
  adopt(question: string, code: AttachedCode, answer: Answer): void {
    this.leave();
    const begun = newConversation(randomUUID(), Date.now());
    this.become({ ...begun, exchanges: [{ id: randomUUID(), question, attached: [code], answer }] });
  }

  forget(id: string): void {
    this.store.remove(id);
    if (id === this.conversation.id) this.startNew();
  }

  /** Stop what runs without waiting for its end: the server may take a while, and the next question does not. */
  private leave(): void {
    this.stop();
    this.running = undefined;
  }

  private async answer(exchangeId: string): Promise<void> {
    const cancel = new vscode.CancellationTokenSource();
    const { id } = this.conversation;
    const change = (by: (answer: Answer) => Answer): void => this.changeAnswer(id, exchangeId, by);
    this.running = cancel;
    try {
      const params: Omit<ChatParams, 'runId'> = {
        turns: turnsOf(this.conversation),
        attachments: attachmentsOf(this.conversation, (code) => rangeNow(code, this.typed)),
      };
      const onEvent = (event: EventParams): void => this.step(id, exchangeId, event);
      const result = await streamed(this.session, ChatRequest, params, onEvent, cancel.token);
      change((answer) => finish(answer, result.text, result.receipt));
    } catch (error) {
      const cause: Failure = toFailure(error);
      change((answer) => (isCancellation(error) ? stop(answer) : fail(answer, cause)));
    } finally {
      if (this.running === cancel) this.running = undefined;
      cancel.dispose();
    }
  }

  private step(conversationId: string, exchangeId: string, event: EventParams): void {
    if (conversationId !== this.conversation.id) return;
    this.conversation = changeAnswer(this.conversation, exchangeId, (answer) => advance(answer, event));
    if (event.kind === 'delta') this.listener.append(exchangeId, event.text ?? '');
    else this.tell(exchangeId);
    this.store.keep(this.conversation, 'soon');
  }

  /** The conversation may have been left meanwhile; its stored copy then takes the end of the answer. */
  private changeAnswer(conversationId: string, exchangeId: string, by: (answer: Answer) => Answer): void {
    if (conversationId === this.conversation.id) {
      this.conversation = changeAnswer(this.conversation, exchangeId, by);
      this.tell(exchangeId);
      this.store.keep(this.conversation, 'now');
      return;
    }
    const left = this.store.all.find(({ id }) => id === conversationId);
    if (left) this.store.keep(changeAnswer(left, exchangeId, by), 'now');
  }

  private tell(exchangeId: string): void {
    const exchange = this.conversation.exchanges.find(({ id }) => id === exchangeId);
    if (exchange) this.listener.answer(exchangeId, exchange.answer);
  }

  private changeAttached(conversation: Conversation): void {
    this.conversation = conversation;
    this.store.keep(conversation, 'now');
    this.listener.attached(conversation.attached);
    this.listener.suggested(this.suggestion);
  }

  private become(conversation: Conversation): void {
    this.conversation = conversation;
    this.store.keep(conversation, 'now');
    this.listener.show(conversation);
    this.listener.suggested(this.suggestion);
  }
}
