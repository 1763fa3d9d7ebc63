// Attached code as chips: a click opens the code, and a chip that is not sent yet can be removed.
import type { AttachedCode } from '../chat/conversation';
import { button, element, iconElement } from './dom';

export interface ChipActions {
  onOpen: (code: AttachedCode) => void;
  onRemove?: (index: number) => void;
}

export function chips(attached: readonly AttachedCode[], { onOpen, onRemove }: ChipActions): HTMLElement[] {
  return attached.map((code, index) => {
    const open = element(
      'button',
      { type: 'button', class: 'chip-label', title: `Open ${code.label}` },
      iconElement('file'),
      code.label,
    );
    open.addEventListener('click', () => onOpen(code));
    const chip = element('span', { class: 'chip', 'data-testid': 'chip' }, open);
    if (onRemove) {
      chip.append(button({ label: `Remove ${code.label}`, icon: 'close', onClick: () => onRemove(index) }));
    }
    return chip;
  });
}
