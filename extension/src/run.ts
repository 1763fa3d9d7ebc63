// Runs an action: what it says streams into the result view, what it changes is previewed as a diff.
import * as vscode from 'vscode';
import type { Actions } from './actions';
import { plain } from './checks';
import { fromRange, toRange } from './convert';
import type { Editors } from './editors';
import { isCancellation } from './failure';
import type { Previews } from './preview';
import { problemsOf } from './problems';
import { RunProgress } from './progress';
import { type ActionInfo, type EventParams, RunRequest, type RunParams, type RunResult } from './protocol';
import type { ResultView } from './resultView';
import type { Session } from './session';
import { streamed } from './stream';
import type { TestConsent } from './testConsent';
import type { TextViews } from './textView';
import type { Target, Typed } from './typed';

/** One run, complete enough to be repeated. */
export interface ActionRun {
  action: ActionInfo;
  target: Target;
  instruction: string;
  /** Ask the model, also where an answer was prepared earlier. */
  fresh?: boolean;
  /** What the model said, to be checked again before it is asked. */
  answer?: string;
}

export class ActionRunner {
  constructor(
    private readonly session: Session,
    private readonly actions: Actions,
    private readonly editors: Editors,
    private readonly results: ResultView,
    private readonly previews: Previews,
    private readonly texts: TextViews,
    private readonly consent: TestConsent,
    private readonly typed: Typed,
  ) {}

  /** Run the action `id` on `target`, by default the selection; ask for its argument unless it is given. */
  async run(id: string, target?: Target, instruction?: string): Promise<void> {
    const place = target ?? this.editors.target();
    const action = await this.actions.get(id);
    const argument = instruction ?? (await this.actions.argument(action));
    if (argument === undefined) return;
    await this.repeat({ action, target: place, instruction: argument });
  }

  async pickAndRun(): Promise<void> {
    const target = this.editors.target();
    const action = await this.actions.pick('TT Assistant', 'runnable');
    if (action) await this.run(action.id, target);
  }

  /** The code may have moved since the place was chosen, or since the last time. */
  private async repeat(before: ActionRun): Promise<void> {
    const run = { ...before, target: this.typed.now(before.target) };
    if (run.action.output === 'show')
      await this.results.show(
        run,
        (onEvent, token) => this.send(run, onEvent, token),
        (again) => this.repeat(again),
      );
    else await this.edit(run);
  }

  private send(
    run: ActionRun,
    onEvent: (event: EventParams) => void,
    token: vscode.CancellationToken,
  ): Promise<RunResult> {
    const params: Omit<RunParams, 'runId'> = {
      action: run.action.id,
      textDocument: { uri: run.target.document.uri.toString(), version: run.target.version },
      range: toRange(run.target.range),
      instruction: run.instruction,
      diagnostics: problemsOf(run.target),
      ...(run.fresh ? { fresh: true } : {}),
      ...(this.consent.given ? { runCode: true } : {}),
      ...(run.answer ? { answer: run.answer } : {}),
    };
    return streamed(this.session, RunRequest, params, onEvent, token);
  }

  private async edit(run: ActionRun): Promise<void> {
    const result = await this.sendWithProgress(run);
    if (!result) return;
    const target = { ...run.target, range: fromRange(result.range) };
    const again = { ...run, target, fresh: true, answer: '' };
    if (!result.proposal) {
      await this.explainRefusal(again, result);
      return;
    }
    await this.previews.open(result.proposal, {
      retry: () => this.repeat(again),
      prepared: result.receipt.prepared ?? false,
      ...(result.testsCanRun
        ? {
            check: {
              consent: () => this.consent.ask(),
              run: () => this.repeat({ ...again, answer: result.text }),
            },
          }
        : {}),
    });
  }

  private async sendWithProgress(run: ActionRun): Promise<RunResult | undefined> {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: run.action.name,
      cancellable: true,
    };
    return vscode.window.withProgress(options, async (progress, token) => {
      const told = new RunProgress();
      progress.report({ message: 'Waiting for the engine' });
      try {
        return await this.send(run, (event) => progress.report({ message: told.after(event) }), token);
      } catch (error) {
        if (isCancellation(error)) return undefined;
        throw error;
      }
    });
  }

  private async explainRefusal(run: ActionRun, result: RunResult): Promise<void> {
    const message = plain(result.refused || 'The model gave no usable edit.');
    const pressed = await vscode.window.showWarningMessage(message, 'Try Again', 'Show Answer');
    if (pressed === 'Try Again') await this.repeat(run);
    if (pressed === 'Show Answer') {
      await this.texts.showSource('Answer', result.text || 'The model answered nothing.');
    }
  }
}
