// Work that must not overlap: one run at a time, and however often it is asked for meanwhile, one more after it.
// Knows no vscode.

export class Serial {
  private active: Promise<void> | undefined;
  private queued: Promise<void> | undefined;

  /** `body` must not reject. */
  constructor(private readonly body: (reason: string) => Promise<void>) {}

  /** The run that goes on, if any. */
  get running(): Promise<void> | undefined {
    return this.active;
  }

  /** Resolves when a run that began after this call has ended. */
  request(reason: string): Promise<void> {
    if (!this.active) {
      this.active = this.body(reason).finally(() => (this.active = undefined));
      return this.active;
    }
    this.queued ??= this.active.then(() => {
      this.queued = undefined;
      return this.request(reason);
    });
    return this.queued;
  }
}
