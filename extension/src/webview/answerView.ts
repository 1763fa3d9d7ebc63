// One answer: its Markdown, what it waits for, how it ended.
import { type Answer, isRunning } from '../answer';
import { BUTTONS } from '../failure';
import { describeDroppedTurns } from '../receipt';
import type { ButtonMessage, CodeMessage } from '../resultMessages';
import { button, element } from './dom';
import { MarkdownView } from './markdownView';
import { receiptElement } from './receiptView';

export interface AnswerActions {
  onCode: (message: CodeMessage) => void;
  onButton: (message: ButtonMessage) => void;
}

export class AnswerView {
  readonly element = element('div', { class: 'answer', 'data-testid': 'answer' });
  private readonly markdown: MarkdownView;
  private readonly foot = element('div', { class: 'answer-foot' });

  constructor(private readonly actions: AnswerActions) {
    this.markdown = new MarkdownView(actions.onCode);
    this.element.append(this.markdown.element, this.foot);
  }

  append(text: string): void {
    this.markdown.append(text);
    if (this.element.dataset['state'] !== 'streaming') this.mark({ text: '', state: { kind: 'streaming' } });
  }

  update(answer: Answer): void {
    this.markdown.set(answer.text);
    this.mark(answer);
  }

  private mark(answer: Answer): void {
    this.element.dataset['state'] = answer.state.kind;
    this.element.setAttribute('aria-busy', String(isRunning(answer)));
    this.foot.replaceChildren(...this.footOf(answer));
  }

  private footOf({ state }: Answer): HTMLElement[] {
    switch (state.kind) {
      case 'waiting':
        return [
          element('p', { class: 'waiting', role: 'status' }, element('span', { class: 'pulse' }), state.note),
        ];
      case 'streaming':
        return [];
      case 'done':
        return [...noteElements(describeDroppedTurns(state.receipt)), receiptElement(state.receipt)];
      case 'stopped':
        return [element('p', { class: 'stopped' }, 'Stopped.')];
      case 'failed': {
        const error = element(
          'div',
          { class: 'error', role: 'alert', 'data-testid': 'error' },
          element('p', {}, state.message),
        );
        const { button: id, file } = state;
        if (id) {
          error.append(
            button({
              label: BUTTONS[id],
              text: true,
              kind: 'secondary',
              onClick: () => this.actions.onButton({ type: 'button', id, ...(file ? { file } : {}) }),
            }),
          );
        }
        return [error];
      }
    }
  }
}

function noteElements(note: string): HTMLElement[] {
  return note ? [element('p', { class: 'note', 'data-testid': 'dropped-turns' }, note)] : [];
}
