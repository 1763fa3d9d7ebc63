// The engine's state in the words of the status bar. Knows no vscode.
import path from 'node:path';
import type { StatusParams } from './protocol';
import { rate } from './receipt';

const KINDS = {
  tt: 'a Tenstorrent board',
  cpu: 'this machine’s processor',
  remote: 'a remote engine',
} as const;

export interface StatusText {
  /** Codicon name. */
  icon: string;
  label: string;
  level: 'normal' | 'warning' | 'error';
}

/** `org/Name-Instruct` and `/path/name.gguf` to something that fits. */
export function shortModelName(model: string): string {
  return path.posix.basename(model.replaceAll('\\', '/')).replace(/\.gguf$/i, '');
}

/** The model and what runs it. */
export function describeEngine({ kind, model, board }: StatusParams): string {
  const where = board ? `Tenstorrent ${board}` : kind && KINDS[kind];
  const name = shortModelName(model ?? '');
  return where ? `${name} on ${where}` : name;
}

export function describeStatus(status: StatusParams): StatusText {
  const name = status.model ? shortModelName(status.model) : 'TT Assistant';
  switch (status.state) {
    case 'stopped':
      return { icon: 'circle-outline', label: name, level: 'normal' };
    case 'starting':
      return { icon: 'loading~spin', label: `${name}: starting`, level: 'normal' };
    case 'loading':
      return { icon: 'loading~spin', label: `${name}: loading${percent(status.progress)}`, level: 'normal' };
    case 'ready':
      return { icon: 'sparkle', label: withRate(name, status), level: 'normal' };
    case 'busy':
      return { icon: 'sync~spin', label: withRate(name, status), level: 'normal' };
    case 'failed':
      return { icon: 'error', label: 'TT Assistant', level: 'error' };
  }
}

export function percent(progress: number | undefined): string {
  return progress === undefined ? '' : ` ${Math.round(progress * 100)} %`;
}

function withRate(name: string, status: StatusParams): string {
  return status.tokensPerSecond ? `${name} · ${rate(status.tokensPerSecond)} tok/s` : name;
}

/** The built-in model proves every path and knows little; the first-run text says so. */
export function isTinyModel(model: string): boolean {
  return /smollm2?-135m/i.test(model);
}
