// The list of past chats: open one, or delete it.
import * as vscode from 'vscode';
import type { Chats } from './chats';
import { titleOf } from './conversation';
import type { ConversationStore } from './store';

interface Item extends vscode.QuickPickItem {
  conversationId: string;
}

const DELETE: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('trash'),
  tooltip: 'Delete this chat',
};

/** Let the user open a past chat; resolves when the list is closed. True when one was opened. */
export function pickConversation(chats: Chats, store: ConversationStore): Promise<boolean> {
  const picker = vscode.window.createQuickPick<Item>();
  picker.title = 'Chat History';
  picker.placeholder = store.all.length > 0 ? 'Open a chat' : 'No chats yet';
  picker.items = itemsOf(store);
  return new Promise((resolve) => {
    picker.onDidTriggerItemButton(({ item }) => {
      chats.forget(item.conversationId);
      picker.items = itemsOf(store);
    });
    picker.onDidAccept(() => {
      const [picked] = picker.selectedItems;
      if (picked) chats.switchTo(picked.conversationId);
      resolve(picked !== undefined);
      picker.hide();
    });
    picker.onDidHide(() => {
      resolve(false);
      picker.dispose();
    });
    picker.show();
  });
}

function itemsOf(store: ConversationStore): Item[] {
  return store.all.map((conversation) => ({
    label: titleOf(conversation),
    description: new Date(conversation.updatedAt).toLocaleString(undefined, {
      dateStyle: 'medium',
      timeStyle: 'short',
    }),
    buttons: [DELETE],
    conversationId: conversation.id,
  }));
}
