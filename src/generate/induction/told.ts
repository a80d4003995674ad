import type { JsonValue } from '../../json.js';
import { leavesOf, valueKey } from './values.js';

/** Longer texts are thoughts and letters: nobody was told them word for word. */
const maxWords = 3;

/**
 * What the agent of a run must have been told, where the log holds no word of a person (a recorded MCP session, a log of calls
 * alone): each value of an argument that stood in no result before, a line each.
 * @param firstSeen the place at which a value first stood in a result
 */
export function toldBefore(
  calls: readonly { readonly args: JsonValue; readonly ordinal: number }[],
  firstSeen: ReadonlyMap<string, number>,
): string {
  const told = new Set<string>();
  for (const call of calls) {
    for (const leaf of leavesOf(call.args)) {
      if (typeof leaf !== 'string' && typeof leaf !== 'number') continue;
      if (String(leaf).trim().split(/\s+/).length > maxWords) continue;
      if ((firstSeen.get(valueKey(leaf)) ?? Number.POSITIVE_INFINITY) >= call.ordinal) told.add(String(leaf));
    }
  }
  return [...told].join('\n');
}
