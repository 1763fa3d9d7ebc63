// What an empty chat says: three things to do, and the truth about the built-in model.
import type { ButtonId } from '../failure';
import { button, element } from './dom';

const HINTS: [string, string][] = [
  ['Ask', 'about the code in the editor beside you.'],
  ['Attach', 'a selection or files with +, or right-click code and add it.'],
  ['Apply', 'a code block of an answer; you see the change before it is made.'],
];

export function welcomeElement(tiny: boolean, onButton: (id: ButtonId) => void): HTMLElement {
  const hints = HINTS.map(([word, rest]) => element('li', {}, element('strong', {}, word), ` ${rest}`));
  const welcome = element('div', { class: 'welcome', 'data-testid': 'welcome' }, element('ul', {}, ...hints));
  if (tiny) {
    const text =
      'The built-in model has 135 million parameters. It shows that everything works, and most of its answers are wrong.';
    const get = button({
      label: 'Get a better model',
      text: true,
      kind: 'primary',
      testId: 'get-model',
      onClick: () => onButton('getModel'),
    });
    welcome.append(
      element('div', { class: 'note', 'data-testid': 'tiny-model' }, element('p', {}, text), get),
    );
  }
  return welcome;
}
