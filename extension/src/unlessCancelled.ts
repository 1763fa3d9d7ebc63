// Waiting for something that cannot be cancelled, by someone who can.
import * as vscode from 'vscode';

/** What `work` comes to; throws as soon as `token` is cancelled, and lets the work go on. */
export async function unlessCancelled<T>(work: Promise<T>, token: vscode.CancellationToken): Promise<T> {
  let stop: vscode.Disposable | undefined;
  const cancelled = new Promise<never>((_resolve, reject) => {
    const end = (): void => reject(new vscode.CancellationError());
    if (token.isCancellationRequested) end();
    else stop = token.onCancellationRequested(end);
  });
  try {
    return await Promise.race([work, cancelled]);
  } finally {
    stop?.dispose();
  }
}
