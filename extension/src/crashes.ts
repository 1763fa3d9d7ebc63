// Whether a language server that went away is worth starting again. Knows no vscode.

const MOST_CRASHES = 4;
const WINDOW_MS = 3 * 60 * 1000;

/** Counts the crashes of one server; a server that never ran, or crashes again and again, is not started again. */
export class Crashes {
  private times: number[] = [];
  private ran = false;
  private again = false;

  /** The last crash was worth a restart. */
  get restarts(): boolean {
    return this.again;
  }

  markRunning(): void {
    this.ran = true;
  }

  /** Note a crash; true when the server should be started again. */
  worthRestart(now: number): boolean {
    this.times = [...this.times.filter((time) => now - time < WINDOW_MS), now];
    this.again = this.ran && this.times.length <= MOST_CRASHES;
    return this.again;
  }
}
