// What the model picker shows of each model, and what choosing one leads to. Knows no vscode.
import type { ModelInfo } from './protocol';

const GIGABYTE = 1e9;
const MEGABYTE = 1e6;

export interface ModelItem {
  label: string;
  description: string;
  detail: string;
  model: ModelInfo;
}

export function modelItem(model: ModelInfo): ModelItem {
  const facts = [
    model.sizeBytes ? size(model.sizeBytes) : '',
    model.licence,
    model.path ? 'already here' : '',
  ];
  return {
    label: model.name,
    description: facts.filter(Boolean).join(' · '),
    detail: [model.runs, model.description].filter(Boolean).join(' · '),
    model,
  };
}

export type Choice =
  | { kind: 'use'; model: string }
  /** Its weights are brought by a command in a terminal. */
  | { kind: 'command'; model: string; command: string }
  | { kind: 'download' };

export function choice({ path, use, command }: ModelInfo): Choice {
  if (use && command) return { kind: 'command', model: use, command };
  if (use || path) return { kind: 'use', model: use || path || '' };
  return { kind: 'download' };
}

export function size(bytes: number): string {
  return bytes >= GIGABYTE ? `${(bytes / GIGABYTE).toFixed(1)} GB` : `${Math.round(bytes / MEGABYTE)} MB`;
}
