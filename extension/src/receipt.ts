// A receipt in words. Knows no vscode.
import type { Receipt } from './protocol';

/** One line: "1,204 of 8,192 tokens · 1,100 from cache · first token 0.4 s · 21 tokens/s". */
export function describeReceipt(receipt: Receipt): string {
  const parts = [`${count(receipt.promptTokens)} of ${count(receipt.contextWindow)} tokens`];
  if (receipt.prepared) parts.push('prepared earlier');
  if (receipt.cachedTokens) parts.push(`${count(receipt.cachedTokens)} from cache`);
  if (receipt.ttftMs) parts.push(`first token ${seconds(receipt.ttftMs)}`);
  if (receipt.tokensPerSecond) parts.push(`${rate(receipt.tokensPerSecond)} tokens/s`);
  if (receipt.parts.some((part) => part.dropped)) parts.push('context cut to fit');
  if (receipt.finishReason === 'length') parts.push('stopped at the length limit');
  if (receipt.finishReason === 'repetition') parts.push('ends where it began to repeat itself');
  return parts.join(' · ');
}

/** The note about chat turns that no longer fit; empty when all do. */
export function describeDroppedTurns(receipt: Receipt): string {
  const turns = receipt.droppedTurns ?? 0;
  if (turns === 0) return '';
  return `The ${turns === 1 ? 'oldest turn was' : `${turns} oldest turns were`} left out, because the conversation no longer fits the context window.`;
}

export function count(tokens: number): string {
  return tokens.toLocaleString('en');
}

export function rate(tokensPerSecond: number): string {
  return tokensPerSecond < 10 ? tokensPerSecond.toFixed(1) : String(Math.round(tokensPerSecond));
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
