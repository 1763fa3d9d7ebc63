// What the tests have in the place of `vscode`: as much of it as the modules under test use, and `fake` to drive it.

type Listener<T> = (event: T) => void;

export class Disposable {
  constructor(private readonly end: () => void) {}

  static from(...all: { dispose(): unknown }[]): Disposable {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }

  dispose(): void {
    this.end();
  }
}

export class EventEmitter<T> {
  private readonly listeners = new Set<Listener<T>>();

  readonly event = (listener: Listener<T>): Disposable => {
    this.listeners.add(listener);
    return new Disposable(() => this.listeners.delete(listener));
  };

  fire(event: T): void {
    for (const listener of [...this.listeners]) listener(event);
  }

  dispose(): void {
    this.listeners.clear();
  }
}

export class CancellationError extends Error {
  override readonly name = 'Canceled';
}

export class CancellationTokenSource {
  private readonly cancelled = new EventEmitter<void>();
  readonly token = { isCancellationRequested: false, onCancellationRequested: this.cancelled.event };

  cancel(): void {
    this.token.isCancellationRequested = true;
    this.cancelled.fire();
  }

  dispose(): void {
    this.cancelled.dispose();
  }
}

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

export class Range {
  readonly start: Position;
  readonly end: Position;

  constructor(startLine: number, startCharacter: number, endLine: number, endCharacter: number) {
    this.start = new Position(startLine, startCharacter);
    this.end = new Position(endLine, endCharacter);
  }

  get isEmpty(): boolean {
    return this.start.line === this.end.line && this.start.character === this.end.character;
  }
}

export class Uri {
  private constructor(
    readonly scheme: string,
    readonly path: string,
    readonly query: string,
  ) {}

  static from(parts: { scheme: string; path: string; query?: string }): Uri {
    return new Uri(parts.scheme, parts.path, parts.query ?? '');
  }

  static joinPath(base: Uri): Uri {
    return base;
  }

  static parse(text: string): Uri {
    const [, scheme = '', path = '', query = ''] = /^([\w-]+):(?:\/\/)?([^?]*)\??(.*)$/.exec(text) ?? [];
    return new Uri(scheme, path, query);
  }

  toString(): string {
    return `${this.scheme}:${this.scheme === 'file' ? '//' : ''}${this.path}${this.query && `?${this.query}`}`;
  }
}

export class TabInputText {
  constructor(readonly uri: Uri) {}
}

export class TabInputTextDiff {
  constructor(
    readonly original: Uri,
    readonly modified: Uri,
  ) {}
}

export class ThemeIcon {
  constructor(readonly id: string) {}
}

/** A list to pick from; `pick` is the user. */
class QuickPick<T> {
  items: T[] = [];
  selectedItems: T[] = [];
  private readonly accepted = new EventEmitter<void>();
  private readonly hidden = new EventEmitter<void>();
  readonly onDidAccept = this.accepted.event;
  readonly onDidHide = this.hidden.event;
  readonly onDidTriggerItemButton = new EventEmitter<{ item: T }>().event;

  pick(index: number): void {
    this.selectedItems = this.items.slice(index, index + 1);
    this.accepted.fire();
  }

  show(): void {}

  hide(): void {
    this.hidden.fire();
  }

  dispose(): void {}
}

interface Tab {
  input: unknown;
}

const events = {
  activeEditor: new EventEmitter<unknown>(),
  visibleEditors: new EventEmitter<unknown>(),
  selection: new EventEmitter<unknown>(),
  tabs: new EventEmitter<{ opened: Tab[]; closed: Tab[]; changed: Tab[] }>(),
  typed: new EventEmitter<unknown>(),
  other: new EventEmitter<unknown>(),
};

export const fake = {
  events,
  /** Texts of notifications. */
  said: [] as string[],
  /** The button that the user presses in the next one. */
  presses: undefined as string | undefined,
  commands: [] as unknown[][],
  /** Whether VS Code applies edits. */
  applies: true,
  picker: undefined as QuickPick<unknown> | undefined,
};

function say(message: string): Promise<string | undefined> {
  fake.said.push(message);
  const pressed = fake.presses;
  fake.presses = undefined;
  return Promise.resolve(pressed);
}

export const window = {
  activeTextEditor: undefined as unknown,
  activeNotebookEditor: undefined as unknown,
  visibleTextEditors: [] as unknown[],
  onDidChangeActiveTextEditor: events.activeEditor.event,
  onDidChangeVisibleTextEditors: events.visibleEditors.event,
  onDidChangeTextEditorSelection: events.selection.event,
  tabGroups: {
    all: [] as { tabs: Tab[] }[],
    activeTabGroup: { activeTab: undefined as Tab | undefined },
    onDidChangeTabs: events.tabs.event,
    close: () => Promise.resolve(true),
  },
  showInformationMessage: say,
  showWarningMessage: say,
  showErrorMessage: say,
  showTextDocument: () => Promise.resolve({ revealRange: () => undefined }),
  createQuickPick: () => (fake.picker = new QuickPick()),
  registerWebviewViewProvider: () => new Disposable(() => undefined),
  withProgress: (_options: unknown, body: (progress: unknown, token: unknown) => unknown) =>
    body({ report: () => undefined }, new CancellationTokenSource().token),
};

export const workspace = {
  isTrusted: true,
  textDocuments: [] as unknown[],
  registerTextDocumentContentProvider: () => new Disposable(() => undefined),
  onDidChangeTextDocument: events.typed.event,
  onDidChangeConfiguration: events.other.event,
  onDidGrantWorkspaceTrust: events.other.event,
  openTextDocument: () => Promise.resolve({}),
  applyEdit: () => Promise.resolve(fake.applies),
};

export const commands = {
  executeCommand: (...args: unknown[]) => {
    fake.commands.push(args);
    return Promise.resolve();
  },
};

export const languages = { getDiagnostics: () => [], onDidChangeDiagnostics: events.other.event };
export const extensions = { getExtension: () => undefined };
export const ConfigurationTarget = { Global: 1, Workspace: 2 };
export const ProgressLocation = { Notification: 15 };
export const DiagnosticSeverity = { Error: 0 };
export const TextEditorRevealType = { InCenterIfOutsideViewport: 2 };
export const ViewColumn = { Beside: -2 };

class Unused {}

/** What vscode-languageclient extends. */
export {
  Unused as CallHierarchyItem,
  Unused as CodeAction,
  Unused as CodeLens,
  Unused as CompletionItem,
  Unused as Diagnostic,
  Unused as DocumentLink,
  Unused as InlayHint,
  Unused as SymbolInformation,
  Unused as TypeHierarchyItem,
};
