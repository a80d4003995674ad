import { oneLine, wordsOf } from './words.js';

/** Words of greetings, thanks, offers and agreement. */
const courtesyWords =
  'again agree ahead alright appreciate appreciated assist assistance assisting awesome bye care confirm confirmed ' +
  'continue cool correct day else evening exactly excellent fine glad go going good goodbye great happy hello help ' +
  'helpful helping hey hi hold kindly lovely madam meantime moment morning nice nope okay ok patience patient perfect ' +
  'please problem proceed question questions right safe sir sorry sounds soon sure talk thank thanks time today ' +
  'travels understand understood welcome well wonderful works yeah yep yes yup';

/** Small words, which say nothing by themselves. */
const functionWords =
  'a about above actually after against all also am an and another any anything are as at away back be because been ' +
  'before being below between both but by came can come could did do does doing done down during each either every ' +
  'everything few first for from further get getting give got had has have having he her here hers him his how however ' +
  'if in into is it its just last let like likely look looking looks made make making many may maybe me might mine more ' +
  'most much must my myself need needed new next no nor not nothing now of off on once one only or other our out over ' +
  'own per possible provide provided really regarding same say see seems she should since so some something still such ' +
  'take than that the their them then there these they thing this those though through to too touch two under until up ' +
  'upon us use used using very want wanted wants was way we were what when where whether which while who whom whose why ' +
  'will wish with within without would you your yours yourself';

const silentWords = new Set(`${courtesyWords} ${functionWords}`.split(' '));

/** Whether a word says more than courtesy and grammar do. Contractions (`I'd`, `don't`) do not. */
export function isContentWord(word: string): boolean {
  return word.length > 1 && !word.includes("'") && !silentWords.has(word);
}

const yes =
  /^(?:(?:ok(?:ay)?|great|perfect|alright|good|thanks?(?: you)?)[,.! ]+)?(?:yes|yeah|yep|yup|confirm(?:ed)?|i confirm|i agree|agreed|go ahead|please (?:do|proceed|continue|go ahead)|do it|proceed|that(?:'s| is| sounds| looks) (?:correct|right|good|great|fine|perfect)|y)\b/i;

const mild =
  /^(?:sure|ok(?:ay)?|alright|correct|right|exactly|continue|sounds (?:good|great)|looks good|perfect|great)\b/i;

/** `I'll get back to you`: the user leaves, and asks for nothing. */
const leaving =
  /\b(?:i'll|i will|i'd better|let me)\b[^.!?]*\b(?:get back|reach out|be back|be in touch|let you know|come back|find (?:it|that|my|the)|check (?:it|that|my|the)|have (?:it|that|my)|contact|keep)\b|\b(?:talk|see you|speak) (?:soon|later)\b/i;

/** Text without the marks by which simulated users end a conversation (`###STOP###`). */
export function spoken(text: string): string {
  return oneLine(text.replace(/#{2,}\w+#{2,}/g, ' '));
}

function plain(text: string): string {
  return spoken(text).replaceAll('’', "'");
}

/** The words of a text that are more than courtesy. */
export function contentWords(text: string): string[] {
  return wordsOf(spoken(text)).filter(isContentWord);
}

/** Greetings, thanks, good-byes: nothing is asked for. */
export function isCourtesy(text: string): boolean {
  return contentWords(text).length === 0;
}

/** A promise to come back (`I'll look for it and let you know`): it says little more, asks nothing and gives no value. */
export function isLeaveTaking(text: string): boolean {
  const said = plain(text);
  return !/[?\d]/.test(said) && leaving.test(said) && contentWords(said).length <= 6;
}

/**
 * A bare yes to what was offered: it says little more, asks nothing and gives no value (`Yes, please cancel it`).
 * After a mild word (`Sure, ...`) less may follow, for a new request often starts with one.
 */
export function isConfirmation(text: string): boolean {
  const said = plain(text);
  if (said.includes('?') || /\d/.test(said)) return false;
  const most = yes.test(said) ? 4 : mild.test(said) ? 1 : -1;
  return contentWords(said).length <= most;
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
