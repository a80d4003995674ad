import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const towns = ['Oslo', 'Bergen', 'Hamar', 'Molde', 'Narvik'];

function call(id: string, name: string, args: object): object {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(args) } };
}

/** One run: find_order by the id that the user gave, then track_parcel by the id that came back. */
function run(i: number, works: boolean): object {
  const order = `O-${1000 + i * 37}`;
  const parcel = `P-${9000 + i * 53}`;
  const town = towns[i % towns.length] ?? 'Oslo';
  const asked = works ? parcel : `P-${i}`;
  const found = works ? { parcel_id: asked, at: town } : { error: 'no such parcel' };
  return {
    metadata: { task_id: `track-${i}` },
    messages: [
      { role: 'system', content: 'You are a parcel desk.' },
      { role: 'user', content: `Where is the parcel of my order ${order}?` },
      { role: 'assistant', content: null, tool_calls: [call(`a${i}`, 'find_order', { order_id: order })] },
      { role: 'tool', tool_call_id: `a${i}`, content: JSON.stringify({ order_id: order, parcel_id: parcel }) },
      { role: 'assistant', content: null, tool_calls: [call(`b${i}`, 'track_parcel', { parcel_id: asked })] },
      { role: 'tool', tool_call_id: `b${i}`, content: JSON.stringify(found) },
      { role: 'assistant', content: works ? `Your parcel is in ${town}.` : 'I could not find it.' },
    ],
    reward: works ? 1 : 0,
  };
}

export const parcelRuns = { accepted: 12, rejected: 3 } as const;

/** A small log in the OpenAI chat format in which one flow of two calls recurs. Returns its path. */
export function writeParcelLog(folder: string, total = parcelRuns.accepted + parcelRuns.rejected): string {
  const path = join(folder, 'parcels.jsonl');
  // Every fifth run fails, so that failures stand among the others.
  const lines = Array.from({ length: total }, (_, i) => JSON.stringify(run(i, i % 5 !== 4)));
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
