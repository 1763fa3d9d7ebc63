// Builds elements. Text goes in as text; only `markdown.ts` makes HTML.
import { ICONS, type IconName } from './icons';

type Attributes = Record<string, string | boolean>;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '');
    else if (value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export interface ButtonOptions {
  label: string;
  icon?: IconName;
  /** Show the label beside the icon; without it the label is the tooltip and what a screen reader says. */
  text?: boolean;
  kind?: 'primary' | 'secondary' | 'tool';
  testId?: string;
  onClick: (event: MouseEvent) => void;
}

export function button(options: ButtonOptions): HTMLButtonElement {
  const { label, icon, text = false, kind = 'tool', testId, onClick } = options;
  const attributes: Attributes = { type: 'button', class: `button ${kind}`, 'data-testid': testId ?? false };
  if (!text) Object.assign(attributes, { title: label, 'aria-label': label });
  const made = element('button', attributes);
  if (icon) made.append(iconElement(icon));
  if (text) made.append(element('span', {}, label));
  made.addEventListener('click', onClick);
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

export function iconElement(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const shape = document.createElementNS(SVG, 'path');
  shape.setAttribute('d', ICONS[name]);
  svg.append(shape);
  return svg;
}
