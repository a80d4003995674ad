import { oneLine, wordsOf } from './words.js';

const courtesyWords = new Set(
  (
    'a about agree ahead all also alright am an and any anything appreciate appreciated are assist assistance assisting awesome be bye can cool ' +
    "confirm confirmed continue correct could day do does don't done else everything evening exactly excellent fine for go good goodbye got " +
    "great have hello help helpful helping here hey hi how i i'd i'm i've is it it's its just let's like looks lovely madam me more morning " +
    'much my need nice nope no nothing now of ok okay on perfect please problem proceed question questions right sir so soon sorry sounds sure take ' +
    "thank thanks that that'd that'll that's the then there these this time to today understand understood very want was welcome well will with " +
    "wonderful works would yeah yep yes you you're you've your"
  ).split(' '),
);

const affirmative =
  /^(?:(?:ok(?:ay)?|great|perfect|alright|good|thanks?(?: you)?|sure thing)[,.! ]+)?(?:yes|yeah|yep|yup|sure|ok(?:ay)?|correct|right|exactly|confirm(?:ed)?|i confirm|i agree|agreed|go ahead|please (?:do|proceed|continue|go ahead)|do it|proceed|continue|sounds (?:good|great)|that(?:'s| is| sounds| looks) (?:correct|right|good|great|fine|perfect)|looks good|perfect|great|y)\b/i;

/** Words of greetings, thanks, offers and agreement, and the small words around them. */
export function isCourtesyWord(word: string): boolean {
  return courtesyWords.has(word);
}

/** Text without the marks by which simulated users end a conversation (`###STOP###`). */
export function spoken(text: string): string {
  return oneLine(text.replace(/#{2,}\w+#{2,}/g, ' '));
}

/** The words of a text that are more than courtesy. */
export function contentWords(text: string): string[] {
  return wordsOf(spoken(text)).filter((word) => !courtesyWords.has(word));
}

/** Greetings, thanks, good-byes: nothing is asked for. */
export function isCourtesy(text: string): boolean {
  return contentWords(text).length === 0;
}

/** A bare yes to what was offered: it names at most two things, asks nothing and gives no value (`yes, cancel it`). */
export function isConfirmation(text: string): boolean {
  const said = spoken(text);
  if (said.includes('?') || /\d/.test(said)) return false;
  return affirmative.test(said) && contentWords(said).length <= 2;
}

/** Whether a reply waits for the user: its end asks a question or asks for something. */
export function asksBack(reply: string): boolean {
  const sentences = oneLine(reply).split(/(?<=[.!?])\s+/);
  const end = sentences.slice(-2).join(' ');
  return (
    end.includes('?') ||
    /\b(?:please|could you|can you|let me know|kindly)\b.*\b(?:confirm|provide|specify|tell|share|give|send|choose|select|clarify|proceed|know)\b/i.test(
      end,
    ) ||
    /\blet me know\b/i.test(end)
  );
}

/** What a person set out to do, in their own words: courtesy sentences are left out, unless nothing else is there. */
export function gist(text: string): string {
  const sentences = spoken(text).split(/(?<=[.!?])\s+/);
  const telling = sentences.filter((sentence) => contentWords(sentence).length > 0);
  return (telling.length > 0 ? telling : sentences).join(' ');
}
