import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';

/** What a line of a scratchpad is about. */
export type Part = 'objective' | 'completed' | 'failed' | 'pending' | 'decision' | 'question';

export interface Noted {
  readonly part: Part;
  readonly text: string;
}

const done = new Set(['completed', 'complete', 'done', 'finished']);
const failed = new Set(['failed', 'blocked', 'cancelled', 'canceled', 'skipped']);

function listed(item: JsonValue): Noted[] {
  if (!isJsonObject(item)) return [];
  const text = [item['content'], item['step'], item['task'], item['title']].find((value) => typeof value === 'string');
  if (typeof text !== 'string' || text.trim() === '') return [];
  const status = String(item['status'] ?? '').toLowerCase();
  const part = done.has(status) ? 'completed' : failed.has(status) ? 'failed' : 'pending';
  return status === 'in_progress'
    ? [
        { part, text },
        { part: 'objective', text },
      ]
    : [{ part, text }];
}

/** The lists of steps that planning tools take (`todos`, `plan`, `steps`), each step with its status. */
export function notedInLists(args: JsonObject): Noted[] {
  return ['todos', 'plan', 'steps', 'tasks'].flatMap((name) => {
    const list = args[name];
    return Array.isArray(list) ? list.flatMap(listed) : [];
  });
}

const boxes: readonly (readonly [RegExp, Part])[] = [
  [/^[-*]\s*\[[xX]\]\s*/, 'completed'],
  [/^[-*]\s*\[[!-]\]\s*/, 'failed'],
  [/^[-*]\s*\[ ?\]\s*/, 'pending'],
];

const labels: readonly (readonly [RegExp, Part])[] = [
  [/^(?:goal|objective|task|aim)\s*:\s*/i, 'objective'],
  [/^(?:done|completed|finished)\s*:\s*/i, 'completed'],
  [/^(?:failed|error|blocked)\s*:\s*/i, 'failed'],
  [/^(?:todo|to do|next(?: steps?)?|pending|remaining)\s*:\s*/i, 'pending'],
  [/^(?:decision|decided|conclusion)\s*:\s*/i, 'decision'],
  [/^(?:question|open question|unclear)\s*:\s*/i, 'question'],
];

/** What a heading, or a line that leads into a list, says of the items below it. */
const headings: readonly (readonly [RegExp, Part])[] = [
  [/\b(?:questions?|unclear)\b/i, 'question'],
  [/\b(?:next|to ?do|todos?|remaining|pending|upcoming)\b/i, 'pending'],
  [/\b(?:failed|failures|blocked|blockers)\b/i, 'failed'],
  [/\b(?:done|completed|finished)\b/i, 'completed'],
  [/\b(?:decisions?|decided)\b/i, 'decision'],
];

const bullet = /^(?:[-*•]|\d+[.)])\s+/;

/** In this order: a question about a failure is a question, a failure that was decided on is a failure. */
const sentences: readonly (readonly [RegExp, Part])[] = [
  [/\?$|\b(?:unclear|not sure|unsure|unknown whether|need to (?:ask|clarify|confirm))\b/i, 'question'],
  [
    // "Added error handling" and "no errors" tell of no failure.
    /\b(?:failed|fails|(?<!\b(?:no|without|zero|0) )errors?\b(?![ -](?:handl|messag|code|case|path|page|log|report|type))|could not|couldn't|did not work|didn't work|cannot be|can't be|not possible|not allowed)\b/i,
    'failed',
  ],
  [/\b(?:i(?:'ve| have) (?:already )?\w+ed|is done|has been \w+ed|was successful|successfully)\b/i, 'completed'],
  [
    /\b(?:i(?:'ll| will| should| must)|we should|let's|decid(?:e|ed)|therefore|so the (?:best|right)|the best option)\b/i,
    'decision',
  ],
  [/\b(?:need(?:s)? to|have to|next|then i|to do|remaining|still)\b/i, 'pending'],
];

const minLength = 8;

/** @param section what the heading above says of list items */
function notedInLine(line: string, section: Part | null): Noted[] {
  for (const [mark, part] of [...boxes, ...labels]) {
    const text = line.replace(mark, '');
    if (text !== line) return text.trim() === '' ? [] : [{ part, text }];
  }
  const plain = line.replace(bullet, '');
  if (section !== null && plain !== line) return plain.trim() === '' ? [] : [{ part: section, text: plain }];
  return plain.split(/(?<=[.!?])\s+/).flatMap((sentence) => {
    const text = sentence.trim();
    const found = text.length < minLength ? undefined : sentences.find(([pattern]) => pattern.test(text));
    return found ? [{ part: found[1], text }] : [];
  });
}

/** A heading is no statement, and neither is a line that leads into a list. */
function isHeading(line: string, next: string | undefined): boolean {
  return (
    /^#{1,6}\s/.test(line) || (!bullet.test(line) && /:\**$/.test(line) && next !== undefined && bullet.test(next))
  );
}

/**
 * What free text says, line by line and sentence by sentence, by fixed English words; list items by the heading above them,
 * where it tells. Other languages give boxes and labels only.
 */
export function notedInText(text: string): Noted[] {
  const lines = text.split('\n').flatMap((line) => line.trim() || []);
  let section: Part | null = null;
  return lines.flatMap((line, at) => {
    if (isHeading(line, lines[at + 1])) {
      section = headings.find(([words]) => words.test(line))?.[1] ?? null;
      return [];
    }
    if (!bullet.test(line)) section = null;
    return notedInLine(line, section);
  });
}

/** Whether a message of the agent is a plan or a list to tick off, and not talk. */
export function isPlanText(text: string): boolean {
  return (
    /^\s*[-*]\s*\[[ xX!-]?\]\s+\S/m.test(text) ||
    /^\s*(?:#+\s*)?(?:plan|todo|to do|next steps|notes)\s*:?\s*$/im.test(text)
  );
}

const path =
  /(?:^|[\s"'`(=])((?:~|\.{1,2})?(?:\/?[\w.@-]+)*\/[\w.@-]+|[\w-]+\.(?:ts|tsx|js|jsx|py|rs|go|java|rb|c|h|cpp|md|json|ya?ml|toml|sql|sh|css|html))(?=$|[\s"'`),:;.])/g;

/** The files and folders that a text names. */
export function pathsIn(text: string): string[] {
  const found = [...text.matchAll(path)].map((match) => match[1] ?? '');
  return [...new Set(found.filter((one) => /[a-z]/i.test(one) && !one.startsWith('//')))];
}
