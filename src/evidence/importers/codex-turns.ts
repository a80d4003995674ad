import type { JsonObject, JsonValue } from '../../json.js';
import { contentText } from './chat.js';
import { type Item, objectOf, textOf } from './importer.js';

/** What stands at the start of text that a user's turn holds but that no person wrote. */
const notHuman =
  /^\s*(?:<(?:environment_context|user_instructions|user_shell_command|turn_aborted|subagent_notification|skill|skills_instructions|permissions instructions|collaboration_mode|personality_spec|app-context|hook_prompt|model_switch)\b|# AGENTS\.md instructions)/i;

/** Whether a person may have typed the text of a user's item. */
export function isTyped(text: string): boolean {
  return !notHuman.test(text);
}

/** The item of a line: its payload, or the line itself in files from before there were envelopes. */
export function itemOf(line: JsonObject): JsonValue | undefined {
  return line['type'] === 'response_item' ? line['payload'] : line;
}

function startsTurn(line: JsonObject): boolean {
  const item = objectOf(itemOf(line));
  if (item?.['type'] !== 'message' || item['role'] !== 'user') return false;
  return isTyped(contentText(item['content']) ?? '');
}

/** How many turns a line says were taken back. */
function takenBack(line: JsonObject): number {
  const payload = line['type'] === 'event_msg' ? objectOf(line['payload']) : undefined;
  const turns = textOf(payload?.['type']) === 'thread_rolled_back' ? payload?.['num_turns'] : 0;
  return typeof turns === 'number' && Number.isSafeInteger(turns) && turns > 0 ? turns : 0;
}

/** @returns whether the item at a place of the file stands in a turn that a person took back later on */
export async function surveyTurns(items: AsyncIterable<Item>): Promise<(offset: number) => boolean> {
  const turns: number[] = [];
  const gone: { readonly from: number; readonly to: number }[] = [];
  for await (const item of items) {
    const line = 'span' in item ? objectOf(item.span.value) : undefined;
    if (!line || !('span' in item)) continue;
    if (startsTurn(line)) turns.push(item.span.offset);
    const count = Math.min(takenBack(line), turns.length);
    const from = count > 0 ? turns[turns.length - count] : undefined;
    if (from === undefined) continue;
    turns.length -= count;
    // What was taken back before lies within what is taken back now, or before it.
    while ((gone.at(-1)?.from ?? -1) >= from) gone.pop();
    gone.push({ from, to: item.span.offset });
  }
  let next = 0;
  return (offset) => {
    while (next < gone.length && offset >= (gone[next]?.to ?? 0)) next += 1;
    return offset >= (gone[next]?.from ?? Number.POSITIVE_INFINITY);
  };
}
