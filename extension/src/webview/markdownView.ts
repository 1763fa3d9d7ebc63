// An element that shows growing Markdown: only the blocks that changed are replaced, at most once a frame.
import type { CodeMessage } from '../resultMessages';
import { button, element } from './dom';
import { renderBlocks } from './markdown';

export class MarkdownView {
  readonly element = element('div', { class: 'markdown', 'data-testid': 'markdown' });
  private text = '';
  private rendered: string[] = [];
  private frame = 0;

  constructor(private readonly onCode: (message: CodeMessage) => void) {}

  append(text: string): void {
    this.text += text;
    this.frame ||= requestAnimationFrame(() => this.render());
  }

  set(text: string): void {
    this.text = text;
    this.render();
  }

  private render(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const blocks = renderBlocks(this.text);
    const same = blocks.findIndex((html, index) => html !== this.rendered[index]);
    const from = same === -1 ? blocks.length : same;
    while (this.element.children.length > from) this.element.lastElementChild?.remove();
    for (const html of blocks.slice(from)) this.element.append(this.block(html));
    this.rendered = blocks;
  }

  private block(html: string): HTMLElement {
    const block = element('div', { class: 'block' });
    block.innerHTML = html;
    for (const figure of block.querySelectorAll('.code-block')) this.addButtons(figure);
    return block;
  }

  private addButtons(figure: Element): void {
    const act = (type: CodeMessage['type']) => () =>
      this.onCode({ type, code: figure.querySelector('code')?.textContent ?? '' });
    const copy = button({ label: 'Copy code', icon: 'copy', testId: 'code-copy', onClick: act('copy') });
    const insert = button({
      label: 'Insert at cursor',
      icon: 'insert',
      testId: 'code-insert',
      onClick: act('insert'),
    });
    const apply = button({
      label: 'Apply as edit',
      icon: 'apply',
      testId: 'code-apply',
      onClick: act('apply'),
    });
    figure
      .querySelector('figcaption')
      ?.append(element('span', { class: 'code-buttons' }, copy, insert, apply));
  }
}
