import { lstat, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import type { Item } from './importers/importer.js';

/** A result beyond this stays what the log itself holds of it. */
const maxSpilledBytes = 4 * 1024 * 1024;

/** A result that was too large for the log: its text names the file, `.../SESSION/tool-results/NAME`. */
const spilled =
  /^\s*<persisted-output>[^\n]*\n[^\n]*?saved to:? [^\n]*?([\w-]{1,100})[/\\]tool-results[/\\]([\w.-]{1,200})\s*\n/;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Whether a value is a result, or a line with one, of which the log holds only the beginning. */
export function isSpilled(value: JsonValue): boolean {
  return blocksOf(value).some((block) => spilled.test(textOf(block['content'])));
}

/** The beginning of a text: the note that names the file is short, and nobody else's long text need be searched. */
function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value.slice(0, 2_000) : '';
}

function blocksOf(value: JsonValue): JsonObject[] {
  if (!isJsonObject(value)) return [];
  const message = isJsonObject(value['message']) ? value['message'] : undefined;
  const listed = Array.isArray(message?.['content']) ? message['content'] : [value];
  return listed.filter(isJsonObject).filter((block) => block['type'] === 'tool_result');
}

function projectOf(logPath: string): string {
  const folder = dirname(logPath);
  return basename(folder) === 'subagents' ? dirname(dirname(folder)) : folder;
}

/** The files that a session may have spilled results into, by name and size. */
export async function spilledBeside(logPath: string): Promise<string[]> {
  const folder = dirname(logPath);
  const session = basename(folder) === 'subagents' ? dirname(folder) : logPath.replace(/\.jsonl$/, '');
  const results = join(session, 'tool-results');
  const names = await readdir(results).catch(() => []);
  const sized = names.map(async (name) => `${name} ${(await lstat(join(results, name)).catch(() => undefined))?.size}`);
  return (await Promise.all(sized)).sort();
}

/**
 * The file lies beside the log, whatever path the log gives: what a log says must not lead anywhere else. A link is not
 * followed.
 */
async function readSpilled(logPath: string, found: RegExpExecArray): Promise<string | undefined> {
  const [, session, name] = found;
  if (session === undefined || name === undefined || /^\.+$/.test(name)) return undefined;
  const path = join(projectOf(logPath), session, 'tool-results', name);
  try {
    const [holder, file] = await Promise.all([lstat(dirname(path)), lstat(path)]);
    if (!holder.isDirectory() || !file.isFile() || file.size > maxSpilledBytes) return undefined;
    return utf8.decode(await readFile(path));
  } catch {
    return undefined;
  }
}

async function wholeBlock(block: JsonValue, logPath: string): Promise<JsonValue> {
  if (!isJsonObject(block) || block['type'] !== 'tool_result') return block;
  const found = spilled.exec(textOf(block['content']));
  const text = found ? await readSpilled(logPath, found) : undefined;
  return text === undefined ? block : { ...block, content: text };
}

/**
 * A line of a Claude Code session, or one of its blocks, with results that were spilled into files beside the log put back.
 * What has no such file stays as it is.
 */
export async function withSpilled(value: JsonValue, logPath: string): Promise<JsonValue> {
  if (!isJsonObject(value) || !isSpilled(value)) return value;
  const message = isJsonObject(value['message']) ? value['message'] : undefined;
  if (!message || !Array.isArray(message['content'])) return wholeBlock(value, logPath);
  const content = await Promise.all(message['content'].map((block) => wholeBlock(block, logPath)));
  return { ...value, message: { ...message, content } };
}

/** The values of a session with what was spilled put back; places and bytes stay those of the log. */
export async function* spilledItems(items: AsyncIterable<Item>, logPath: string): AsyncGenerator<Item> {
  for await (const item of items) {
    if ('rejected' in item) yield item;
    else yield { span: { ...item.span, value: await withSpilled(item.span.value, logPath) } };
  }
}

/** What a file is that belongs to a session and is no log itself, whatever it holds; null for any other. */
export async function companionKind(
  path: string,
): Promise<'spilled_result' | 'sub_agent_note' | 'recording_note' | null> {
  const folder = dirname(path);
  if (basename(folder) === 'tool-results' && (await isFile(`${dirname(folder)}.jsonl`))) return 'spilled_result';
  const note = /^(.*[/\\]agent-[^/\\]+)\.meta\.json$/.exec(path);
  if (note && (await isFile(`${note[1]}.jsonl`))) return 'sub_agent_note';
  const recording = /^(.*session_[0-9a-f]{16}\.jsonl)\.stored$/.exec(path);
  return recording && (await isFile(recording[1] ?? '')) ? 'recording_note' : null;
}

async function isFile(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isFile() === true;
}
