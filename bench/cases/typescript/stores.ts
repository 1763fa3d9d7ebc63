export class LruCache<K, V> {
  private readonly entries = new Map<K, V>();

  constructor(private readonly capacity: number) {}

  get(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size > this.capacity) {
      const oldest = this.entries.keys().next().value as K;
      this.entries.delete(oldest);
    }
  }
}

export class Emitter<T> {
  private readonly listeners = new Set<(value: T) => void>();

  on(listener: (value: T) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }
}

export async function retry<T>(run: () => Promise<T>, attempts: number): Promise<T> {
  let last: unknown;
  for (let i = 0; i < attempts; i++) {
    try {
      return await run();
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

export function pipe(...steps: Array<(value: number) => number>): (value: number) => number {
  return (value) => steps.reduce((current, step) => step(current), value);
}

export function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

export function zip<A, B>(left: A[], right: B[]): Array<[A, B]> {
  const length = Math.min(left.length, right.length);
  const out: Array<[A, B]> = [];
  for (let i = 0; i < length; i++) out.push([left[i]!, right[i]!]);
  return out;
}

export function camelToKebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter, index: number) => (index ? "-" : "") + letter.toLowerCase());
}

export function countBy(words: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
