// The page of the chat view: the conversation above, the input below. All state that matters is in the extension.
import type { FromChat, ToChat } from '../chat/messages';
import { Composer } from './composer';
import { element } from './dom';
import { Transcript } from './transcript';
import { openChannel } from './vscode';

const channel = openChannel<ToChat, FromChat>();
const transcript = new Transcript(channel);
const composer = new Composer(channel);

channel.listen((message) => {
  switch (message.type) {
    case 'show': {
      // What had the focus in the transcript is drawn anew.
      const inTranscript = transcript.element.contains(document.activeElement);
      transcript.show(message.conversation);
      composer.show(message.conversation);
      if (inTranscript) composer.focus();
      break;
    }
    case 'append':
      transcript.append(message.exchangeId, message.text);
      break;
    case 'answer':
      transcript.answer(message.exchangeId, message.answer);
      composer.answer(message.answer);
      break;
    case 'attached':
      composer.showAttached(message.attached);
      break;
    case 'suggested':
      composer.showSuggested(message.code);
      break;
    case 'run':
      transcript.showRun(message.exchangeId, message.run);
      break;
    case 'trusted':
      transcript.showTrust(message.trusted);
      break;
    case 'draft':
      composer.draft(message.text);
      break;
    case 'unsent':
      composer.giveBack(message.text);
      break;
    case 'model':
      transcript.showModel(message.tiny);
      composer.showModel(message.name);
      break;
    case 'focus':
      composer.focus();
      break;
  }
});

document.getElementById('root')?.append(transcript.element, element('footer', {}, composer.element));
channel.post({ type: 'ready' });
