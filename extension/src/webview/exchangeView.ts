// One question with its answer. The question can be edited and sent again; the newest answer can be had anew.
import { type Answer, isRunning } from '../answer';
import { type CodeRun, replaceRun } from '../chat/codeRun';
import type { Exchange } from '../chat/conversation';
import type { FromChat } from '../chat/messages';
import { AnswerView } from './answerView';
import { chips } from './chips';
import { button, element } from './dom';
import { growing } from './growing';
import { RunnableBlocks } from './runnableBlocks';

export class ExchangeView {
  readonly element = element('article', { class: 'exchange', 'data-testid': 'exchange' });
  private readonly question = element('div', { class: 'question', 'data-testid': 'question' });
  private readonly answerView: AnswerView;
  private readonly blocks: RunnableBlocks;
  private runs: CodeRun[];
  private trusted = false;
  private readonly tools = element('div', { class: 'answer-tools' });
  private text: string;
  private last = false;
  private running = false;

  constructor(
    private readonly exchange: Exchange,
    private readonly act: (message: FromChat) => void,
  ) {
    this.text = exchange.answer.text;
    this.runs = exchange.runs ?? [];
    this.answerView = new AnswerView({ onCode: act, onButton: act });
    this.blocks = new RunnableBlocks(this.answerView.element, exchange.id, act);
    this.element.append(this.question, this.answerView.element, this.tools);
    this.showQuestion();
    this.update(exchange.answer);
  }

  append(text: string): void {
    this.text += text;
    this.answerView.append(text);
  }

  update(answer: Answer): void {
    this.text = answer.text;
    this.running = isRunning(answer);
    this.answerView.update(answer);
    this.showTools();
    this.showRuns();
  }

  showRun(run: CodeRun): void {
    this.runs = replaceRun(this.runs, run);
    this.showRuns();
  }

  setTrusted(trusted: boolean): void {
    this.trusted = trusted;
    this.showRuns();
  }

  setLast(last: boolean): void {
    this.last = last;
    this.showTools();
  }

  /** A block that is still being written cannot be run. */
  private showRuns(): void {
    this.blocks.show(this.runs, this.trusted && !this.running);
  }

  private showTools(): void {
    const copy = button({
      label: 'Copy answer',
      icon: 'copy',
      testId: 'answer-copy',
      onClick: () => this.act({ type: 'copy', code: this.text }),
    });
    const again = button({
      label: 'Regenerate',
      icon: 'retry',
      testId: 'answer-regenerate',
      onClick: () => this.act({ type: 'regenerate', exchangeId: this.exchange.id }),
    });
    this.tools.hidden = this.running;
    this.tools.replaceChildren(...(this.text ? [copy] : []), ...(this.last ? [again] : []));
  }

  private showQuestion(): void {
    const onOpen = (code: Exchange['attached'][number]): void => this.act({ type: 'open', code });
    const edit = button({
      label: 'Edit and send again',
      icon: 'edit',
      testId: 'question-edit',
      onClick: () => this.editQuestion(),
    });
    const text = element('p', { class: 'question-text' }, this.exchange.question);
    const attached = element('div', { class: 'chips' }, ...chips(this.exchange.attached, { onOpen }));
    attached.hidden = this.exchange.attached.length === 0;
    this.question.replaceChildren(text, edit, attached);
  }

  private leaveEdit(): void {
    this.showQuestion();
    this.question.querySelector('button')?.focus();
  }

  private editQuestion(): void {
    const area = element('textarea', {
      'aria-label': 'Edit question',
      'data-testid': 'question-input',
      rows: '1',
    });
    area.value = this.exchange.question;
    const resend = (): void => {
      if (area.value.trim()) this.act({ type: 'resend', exchangeId: this.exchange.id, text: area.value });
    };
    const send = button({
      label: 'Send',
      text: true,
      kind: 'primary',
      testId: 'question-send',
      onClick: resend,
    });
    const cancel = button({
      label: 'Cancel',
      text: true,
      kind: 'secondary',
      onClick: () => this.leaveEdit(),
    });
    area.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.leaveEdit();
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      resend();
    });
    this.question.replaceChildren(growing(area), element('div', { class: 'edit-buttons' }, send, cancel));
    area.dispatchEvent(new Event('resize'));
    area.focus();
  }
}
