// One answer of the model while it grows: shared by the result view and the chat, on both sides. Knows no vscode.
import type { ButtonId, Failure } from './failure';
import type { EventParams, Receipt } from './protocol';

export type AnswerState =
  | { kind: 'waiting'; note: string }
  | { kind: 'streaming' }
  | { kind: 'done'; receipt: Receipt }
  | { kind: 'stopped' }
  | { kind: 'failed'; message: string; button?: ButtonId; file?: string };

export interface Answer {
  text: string;
  state: AnswerState;
  /** How long it will take, in a sentence, when that is known and long. */
  expected?: string;
}

export const EMPTY_ANSWER: Answer = { text: '', state: { kind: 'waiting', note: 'Waiting for the engine' } };

export function isRunning(answer: Answer): boolean {
  return answer.state.kind === 'waiting' || answer.state.kind === 'streaming';
}

/** The answer after one more event. */
export function advance(answer: Answer, event: EventParams): Answer {
  switch (event.kind) {
    case 'delta':
      return { text: answer.text + (event.text ?? ''), state: { kind: 'streaming' } };
    case 'reset':
      return { text: '', state: { kind: 'waiting', note: event.text || 'Starting over' } };
    case 'prefill':
      return { ...answer, state: { kind: 'waiting', note: readingNote(answer, event) } };
    case 'note':
      if (event.seconds)
        return { ...answer, state: { kind: 'waiting', note: event.text ?? '' }, expected: event.text ?? '' };
      return { ...answer, state: { kind: 'waiting', note: event.text ?? '' } };
    case 'download':
    case 'output':
      return answer;
  }
}

/** The final text wins over what was streamed: the server may have cleaned it. */
export function finish(answer: Answer, text: string, receipt: Receipt): Answer {
  return { text: text || answer.text, state: { kind: 'done', receipt } };
}

export function stop(answer: Answer): Answer {
  return { ...answer, state: { kind: 'stopped' } };
}

/** What had arrived stays readable above the error. */
export function fail(answer: Answer, { message, button, file }: Failure): Answer {
  const offer = { ...(button ? { button } : {}), ...(file ? { file } : {}) };
  return { ...answer, state: { kind: 'failed', message, ...offer } };
}

function readingNote(answer: Answer, event: EventParams): string {
  const note = prefillNote(event.done ?? 0, event.total ?? 0);
  return answer.expected ? `${note} · ${answer.expected}` : note;
}

export function prefillNote(done: number, total: number): string {
  if (total <= 0 || done <= 0) return 'Reading the code';
  return `Reading the code: ${Math.min(100, Math.round((100 * done) / total))} % of ${total} tokens`;
}
