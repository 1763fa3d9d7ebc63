// The input of the chat: text, attachments, send or stop, which model, how full its context window is.
import { type Answer, isRunning } from '../answer';
import { type AttachedCode, type Conversation, lastReceipt } from '../chat/conversation';
import type { FromChat, ToChat } from '../chat/messages';
import type { Receipt } from '../protocol';
import { count } from '../receipt';
import { chips } from './chips';
import { button, element } from './dom';
import { growing } from './growing';
import type { Channel } from './vscode';

export class Composer {
  readonly element = element('form', { class: 'composer', 'aria-label': 'Ask' });
  private readonly attached = element('div', { class: 'chips', 'data-testid': 'attached' });
  private readonly suggested = element('div', {
    class: 'chips suggested',
    title: 'The code in front goes along with the question; remove it to ask without',
    'data-testid': 'suggested',
  });
  private readonly input = element('textarea', {
    'aria-label': 'Question',
    'data-testid': 'chat-input',
    placeholder: 'Ask about your code',
    rows: '1',
  });
  private readonly model = element('span', { class: 'model', 'data-testid': 'chat-model' });
  private readonly meter = element('meter', {
    'aria-label': 'Context window used',
    min: '0',
    max: '1',
    high: '0.85',
    optimum: '0',
  });
  private readonly meterLabel = element('span', { class: 'meter', 'data-testid': 'context-meter' });
  private readonly send = button({
    label: 'Send',
    icon: 'send',
    kind: 'primary',
    testId: 'chat-send',
    onClick: () => this.submit(),
  });
  private readonly stop = button({
    label: 'Stop',
    icon: 'stop',
    kind: 'secondary',
    testId: 'chat-stop',
    onClick: () => this.channel.post({ type: 'stop' }),
  });
  private running = false;
  /** Id of the conversation. */
  private shown: string | undefined;

  constructor(private readonly channel: Channel<ToChat, FromChat>) {
    const attach = button({
      label: 'Attach code',
      icon: 'attach',
      testId: 'chat-attach',
      onClick: () => channel.post({ type: 'attach' }),
    });
    const bar = element(
      'div',
      { class: 'composer-bar' },
      attach,
      this.model,
      this.meterLabel,
      this.send,
      this.stop,
    );
    this.suggested.hidden = true;
    this.element.append(this.suggested, this.attached, growing(this.input), bar);
    this.element.addEventListener('submit', (event) => event.preventDefault());
    this.input.addEventListener('keydown', (event) => this.onKey(event));
    this.input.addEventListener('input', () => this.onInput());
    this.input.addEventListener('focus', () => channel.post({ type: 'focused' }));
    this.update();
  }

  show(conversation: Conversation): void {
    // What is typed while the page learns of the conversation, or of its own question, is the newer text.
    const typed = this.shown === undefined && this.input.value !== '';
    if (typed) this.onInput();
    else if (conversation.id !== this.shown) this.write(conversation.draft);
    this.shown = conversation.id;
    this.showAttached(conversation.attached);
    this.showUse(lastReceipt(conversation));
    const last = conversation.exchanges.at(-1);
    this.running = last !== undefined && isRunning(last.answer);
    this.update();
  }

  answer(answer: Answer): void {
    this.running = isRunning(answer);
    if (answer.state.kind === 'done') this.showUse(answer.state.receipt);
    this.update();
  }

  showAttached(attached: readonly AttachedCode[]): void {
    const onOpen = (code: AttachedCode): void => this.channel.post({ type: 'open', code });
    const onRemove = (index: number): void => this.channel.post({ type: 'detach', index });
    this.attached.replaceChildren(...chips(attached, { onOpen, onRemove }));
    this.attached.hidden = attached.length === 0;
  }

  /** The code the first question takes along unless the user removes it. */
  showSuggested(code: AttachedCode | undefined): void {
    const onOpen = (code: AttachedCode): void => this.channel.post({ type: 'open', code });
    const onRemove = (): void => this.channel.post({ type: 'dismissSuggestion' });
    this.suggested.replaceChildren(...chips(code ? [code] : [], { onOpen, onRemove }));
    this.suggested.hidden = code === undefined;
  }

  showModel(name: string): void {
    this.model.textContent = name;
    this.model.title = name ? `Answers come from ${name}` : '';
  }

  focus(): void {
    this.input.focus();
  }

  /** Show a text to go on with. */
  draft(text: string): void {
    this.write(text);
    this.update();
    this.focus();
    this.input.setSelectionRange(text.length, text.length);
    this.input.scrollTop = this.input.scrollHeight;
  }

  /** A question was not taken: it comes before what was typed since. */
  giveBack(text: string): void {
    this.draft([text, this.input.value].filter(Boolean).join('\n'));
    this.onInput();
  }

  private submit(): void {
    const text = this.input.value;
    if (this.running || !text.trim()) return;
    this.channel.post({ type: 'send', text });
    this.write('');
    this.update();
    this.focus();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === 'Escape' && this.running) {
      this.channel.post({ type: 'stop' });
    }
  }

  private onInput(): void {
    this.channel.post({ type: 'draft', text: this.input.value });
    this.update();
  }

  private write(text: string): void {
    this.input.value = text;
    this.input.dispatchEvent(new Event('resize'));
  }

  private update(): void {
    // A button that goes away would take the focus with it.
    const pressed = document.activeElement === this.send || document.activeElement === this.stop;
    this.send.hidden = this.running;
    this.stop.hidden = !this.running;
    this.send.disabled = !this.input.value.trim();
    if (pressed) this.focus();
  }

  private showUse(receipt: Receipt | undefined): void {
    this.meterLabel.hidden = !receipt?.contextWindow;
    if (!receipt?.contextWindow) return;
    const used = receipt.promptTokens + (receipt.completionTokens ?? 0);
    this.meter.value = used / receipt.contextWindow;
    const percent = `${Math.round(100 * this.meter.value)} %`;
    this.meterLabel.title = `${count(used)} of ${count(receipt.contextWindow)} tokens of the context window are used`;
    this.meterLabel.replaceChildren(this.meter, percent);
  }
}
