// The channel to the extension, typed on both ends.

interface WebviewApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): WebviewApi;

export interface Channel<In, Out> {
  post(message: Out): void;
  listen(handler: (message: In) => void): void;
}

/** Open the channel; to be called once in a page. */
export function openChannel<In, Out>(): Channel<In, Out> {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    listen: (handler) => window.addEventListener('message', (event: MessageEvent<In>) => handler(event.data)),
  };
}
