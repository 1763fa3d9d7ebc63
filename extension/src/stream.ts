// A request whose answer arrives in steps: the events of one run, then its result.
import { randomUUID } from 'node:crypto';
import type { CancellationToken } from 'vscode';
import type { RequestType } from 'vscode-languageclient/node';
import type { ErrorData, EventParams } from './protocol';
import type { Session } from './session';

/** Send `params` under a fresh run id and pass this run's events to `onEvent`, in order, before the result. */
export async function streamed<P extends { runId: string }, R>(
  session: Session,
  type: RequestType<P, R, ErrorData>,
  params: Omit<P, 'runId'>,
  onEvent: (event: EventParams) => void,
  token: CancellationToken,
): Promise<R> {
  const runId = randomUUID();
  const subscription = session.onEvent((event) => {
    if (event.runId === runId) onEvent(event);
  });
  try {
    return await session.request(type, { ...params, runId } as P, token);
  } finally {
    subscription.dispose();
  }
}
