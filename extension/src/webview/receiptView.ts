// The line under a finished answer: what was sent, what it cost, what was cut.
import { describeReceipt } from '../receipt';
import type { Receipt } from '../protocol';
import { element } from './dom';

export function receiptElement(receipt: Receipt): HTMLElement {
  const summary = element('summary', {}, describeReceipt(receipt));
  const cut = receipt.parts.some((part) => part.dropped);
  const rows = receipt.parts.map((part) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, part.name),
      element('td', { class: 'number' }, part.tokens.toLocaleString('en')),
      ...(cut ? [element('td', {}, part.dropped ?? '')] : []),
    ),
  );
  const names = ['Part', 'Tokens', ...(cut ? ['Cut to fit'] : [])];
  const head = element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name)));
  const table = element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows));
  return element('details', { class: 'receipt', 'data-testid': 'receipt' }, summary, table);
}
