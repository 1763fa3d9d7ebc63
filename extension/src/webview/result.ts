// The page of the result view: one answer with its title, and what can be done with it.
import { type Answer, isRunning } from '../answer';
import type { FromResult, ToResult } from '../resultMessages';
import { AnswerView } from './answerView';
import { button, element } from './dom';
import { openChannel } from './vscode';

const channel = openChannel<ToResult, FromResult>();
const title = element('h1', { 'data-testid': 'result-title' });
const place = element('p', { class: 'place', 'data-testid': 'result-place' });
const answer = new AnswerView({
  onCode: (message) => channel.post(message),
  onButton: (message) => channel.post(message),
});
const stop = button({
  label: 'Stop',
  icon: 'stop',
  text: true,
  kind: 'secondary',
  testId: 'result-stop',
  onClick: () => channel.post({ type: 'stop' }),
});
const retry = button({
  label: 'Try again',
  icon: 'retry',
  text: true,
  kind: 'secondary',
  testId: 'result-retry',
  onClick: () => channel.post({ type: 'retry' }),
});
const copy = button({
  label: 'Copy answer',
  icon: 'copy',
  text: true,
  kind: 'secondary',
  testId: 'result-copy',
  onClick: () => channel.post({ type: 'copy', code: shown.text }),
});
const chat = button({
  label: 'Continue in chat',
  icon: 'chat',
  text: true,
  kind: 'secondary',
  testId: 'result-chat',
  onClick: () => channel.post({ type: 'continueInChat' }),
});

let shown: Answer = { text: '', state: { kind: 'stopped' } };

function update(next: Answer): void {
  shown = next;
  answer.update(next);
  const running = isRunning(next);
  stop.hidden = !running;
  for (const other of [retry, copy, chat]) other.hidden = running;
  copy.disabled = chat.disabled = next.text === '';
}

channel.listen((message) => {
  switch (message.type) {
    case 'show':
      title.textContent = message.title;
      place.textContent = message.place;
      update(message.answer);
      break;
    case 'append':
      shown = { text: shown.text + message.text, state: { kind: 'streaming' } };
      answer.append(message.text);
      break;
    case 'answer':
      update(message.answer);
      break;
  }
});

answer.element.setAttribute('aria-live', 'polite');
const toolbar = element(
  'div',
  { class: 'toolbar', role: 'group', 'aria-label': 'Answer' },
  stop,
  retry,
  copy,
  chat,
);
const header = element('header', {}, element('div', { class: 'headline' }, title, place), toolbar);
document.getElementById('root')?.append(header, answer.element);
channel.post({ type: 'ready' });
