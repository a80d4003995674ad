import { lstat, readFile } from 'node:fs/promises';
import { type JsonValue, tryParseJson } from '../../json.js';

const maxFileBytes = 2_000_000;

/** What a file of a library holds, or why it cannot be read, to be said after the file's name. */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: string };

function unreadable(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}

/** A file's text; links are not followed, for a library that was handed over may point anywhere. */
export async function readText(path: string): Promise<Read<string>> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return unreadable('is missing');
  if (found.isSymbolicLink()) return unreadable('is a link, and links are not followed');
  if (!found.isFile()) return unreadable('is no file');
  if (found.size > maxFileBytes) return unreadable(`is larger than ${maxFileBytes} bytes`);
  try {
    // A byte order mark is left out.
    return { ok: true, value: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)) };
  } catch (error) {
    return unreadable(error instanceof TypeError ? 'is not UTF-8' : 'cannot be read');
  }
}

/** A file's JSON. */
export async function readJson(path: string): Promise<Read<JsonValue>> {
  const text = await readText(path);
  if (!text.ok) return text;
  const value = tryParseJson(text.value);
  return value === undefined ? unreadable('is no JSON') : { ok: true, value };
}
