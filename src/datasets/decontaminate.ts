import { isJsonObject, type JsonValue } from '../json.js';
import { readJsonLines } from './files.js';

const gramSize = 13;

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

function* grams(text: string): Generator<string> {
  const all = words(text);
  for (let at = 0; at + gramSize <= all.length; at += 1) yield all.slice(at, at + gramSize).join(' ');
}

/** What people wrote in a row of a file: the user messages of a chat, else every text in it. */
function textsOf(value: JsonValue): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) {
    const chat = value.filter((one) => isJsonObject(one) && typeof one['role'] === 'string');
    if (chat.length > 0 && chat.length === value.length) {
      return chat.flatMap((one) =>
        isJsonObject(one) && one['role'] === 'user' && typeof one['content'] === 'string' ? [one['content']] : [],
      );
    }
    return value.flatMap(textsOf);
  }
  if (!isJsonObject(value)) return [];
  if (Array.isArray(value['messages'])) return textsOf(value['messages']);
  return Object.values(value).flatMap(textsOf);
}

/** Tells whether a row's user messages overlap with a file that must stay unseen. */
export type Overlap = (userMessages: readonly string[]) => boolean;

/**
 * Reads the file that a data set must not overlap with. A row overlaps where its first user message is, word for word,
 * one of the file's texts, or where any 13 words in a row of its user messages stand in the file too.
 * @returns the check, and how many lines were not JSON
 */
export async function loadOverlap(path: string): Promise<{ overlaps: Overlap; unreadable: number }> {
  const whole = new Set<string>();
  const seen = new Set<string>();
  let unreadable = 0;
  for await (const value of readJsonLines(path)) {
    if (value === undefined) {
      unreadable += 1;
      continue;
    }
    for (const text of textsOf(value)) {
      whole.add(words(text).join(' '));
      for (const gram of grams(text)) seen.add(gram);
    }
  }
  whole.delete('');
  const overlaps: Overlap = (messages) => {
    const [first] = messages;
    if (first !== undefined && whole.has(words(first).join(' '))) return true;
    return messages.some((message) => [...grams(message)].some((gram) => seen.has(gram)));
  };
  return { overlaps, unreadable };
}
