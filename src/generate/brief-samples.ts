import { sha256 } from '../hash.js';
import type { JsonObject, JsonValue } from '../json.js';
import type { Act, NeedCluster } from '../needs/model.js';
import type { Store } from '../store.js';

/** How many acts of a cluster are looked at; more would not change what a handful of samples shows. */
const poolSize = 500;

function toolsOf(act: Act): string {
  return act.calls.map((call) => call.tool).join(' ');
}

/**
 * Picks acts that show a cluster's variety: one for each sequence of tools first, then more, in an order given by the
 * hash of seed and id. The same cluster and seed give the same samples.
 */
export function pickSamples(acts: readonly Act[], size: number, seed: number): Act[] {
  const ranked = acts
    .map((act) => ({ act, rank: sha256(`${seed}:${act.act_id}`) }))
    .sort((left, right) => (left.rank < right.rank ? -1 : 1))
    .map(({ act }) => act);
  const seen = new Set<string>();
  const first: Act[] = [];
  const rest: Act[] = [];
  for (const act of ranked) {
    const tools = toolsOf(act);
    (seen.has(tools) ? rest : first).push(act);
    seen.add(tools);
  }
  return [...first, ...rest].slice(0, size);
}

export async function samplesOf(
  store: Pick<Store, 'needs'>,
  cluster: NeedCluster,
  options: { readonly size: number; readonly seed: number },
): Promise<Act[]> {
  return pickSamples(await store.needs.actsOfCluster(cluster.cluster_id, poolSize), options.size, options.seed);
}

function clipText(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}[clipped ${text.length - max} characters]`;
}

/** The value itself where its JSON is short enough, else the beginning of its JSON as text, marked as clipped. */
function clipValue(value: JsonValue, max: number): JsonValue {
  const text = JSON.stringify(value);
  return text.length <= max ? value : clipText(text, max);
}

/** An act as quoted data. `budget` is about how many characters it may take. */
export function quoteAct(act: Act, budget: number): JsonObject {
  const perText = Math.max(80, Math.floor(budget / 6));
  const perCall = Math.max(120, Math.floor((budget * 2) / 3 / Math.max(1, act.calls.length)));
  return {
    act_id: act.act_id,
    intent: clipText(act.intent, perText),
    ...(act.action !== '' && { action: clipText(act.action, perText) }),
    calls: act.calls.map((call) => ({
      name: call.tool,
      args: clipValue(call.arguments, Math.floor(perCall / 3)),
      [call.failed ? 'error' : 'result']: clipValue(call.result, Math.floor((perCall * 2) / 3)),
    })),
    ...(act.calls.length === 0 && act.observation !== '' && { observation: clipText(act.observation, perText) }),
    ...(act.segments.length > 0 && { segments: act.segments.slice(0, 3).map((text) => clipText(text, perText)) }),
  };
}

/** The tools that the acts of a cluster call, as they are named in its logs. */
export function toolsIn(acts: readonly Act[]): string[] {
  return [...new Set(acts.flatMap((act) => act.calls.map((call) => call.tool)))].sort();
}
