// What was verified about a proposal, as one sentence. Knows no vscode.
import type { CheckView } from './protocol';

/** Notifications and tab titles show Markdown's marks as they are, but make its links work: no text of a model may. */
export function plain(text: string): string {
  return text.replaceAll('`', '').replaceAll('](', '] (');
}

export function describeChecks(checks: readonly CheckView[]): string {
  const parts: string[] = [];
  const passed = checks.filter((check) => check.verdict === 'ok').map(named);
  const open = checks.filter((check) => check.verdict === 'unknown').map(explained);
  const failed = checks.filter((check) => check.verdict === 'failed').map(explained);
  if (passed.length > 0) parts.push(`Checked: ${passed.join(', ')}.`);
  if (open.length > 0) parts.push(`Not checked: ${open.join(', ')}.`);
  if (failed.length > 0) parts.push(`Failed: ${failed.join(', ')}.`);
  return plain(parts.join(' '));
}

/** Passed checks whose detail is what they are worth. */
const ALWAYS_TOLD = ['tests run', "the project's tests"];

/** A passed check whose detail is a short fact ("3 passed") says it. */
function named(check: CheckView): string {
  const told = ALWAYS_TOLD.includes(check.name) || (check.detail ?? '').length <= 40;
  return check.detail && told ? `${check.name} (${check.detail})` : check.name;
}

function explained(check: CheckView): string {
  return check.detail ? `${check.name} (${check.detail})` : check.name;
}
