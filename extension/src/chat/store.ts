// Keeps the conversations of this workspace across reloads, in VS Code's workspace state.
import type { Memento } from 'vscode';
import { debounce } from '../debounce';
import type { Conversation } from './conversation';
import { remember, restore } from './history';

const KEY = 'ttAssistant.conversations';
const SAVE_DELAY_MS = 400;
/** A stream does not put it off for longer. */
const SAVE_LATEST_MS = 2_000;

export class ConversationStore {
  private conversations: Conversation[];
  private readonly saveSoon = debounce(() => this.save(), SAVE_DELAY_MS, SAVE_LATEST_MS);

  constructor(private readonly memento: Memento) {
    this.conversations = restore(memento.get(KEY));
  }

  /** Newest first. */
  get all(): readonly Conversation[] {
    return this.conversations;
  }

  /** Keep this state of `conversation`; `now` for what the user did, later for text that streams in. */
  keep(conversation: Conversation, when: 'now' | 'soon'): void {
    this.conversations = remember(this.conversations, conversation);
    if (when === 'soon') this.saveSoon();
    else this.save();
  }

  remove(id: string): void {
    this.conversations = this.conversations.filter((conversation) => conversation.id !== id);
    this.save();
  }

  flush(): void {
    this.saveSoon.flush();
  }

  private save(): void {
    this.saveSoon.cancel();
    void this.memento.update(KEY, this.conversations);
  }
}
