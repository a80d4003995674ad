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

/** A value up to this many characters of JSON is never clipped: clipped ones are unfit for tests. */
const largeChars = 2_000;
const keptChars = 600;

/** The value itself, but of a large one the beginning of its JSON as text, marked as clipped. */
function clipValue(value: JsonValue, max: number): JsonValue {
  const text = JSON.stringify(value);
  return text.length <= max ? value : clipText(text, keptChars);
}

/** An act as quoted data; a part of more than `max` characters is clipped. */
export function quoteAct(act: Act, max: number): JsonObject {
  const told = (text: string): string => (text.length <= max ? text : clipText(text, keptChars));
  return {
    act_id: act.act_id,
    intent: told(act.intent),
    ...(act.action !== '' && { action: told(act.action) }),
    calls: act.calls.map((call) => ({
      name: call.tool,
      args: clipValue(call.arguments, max),
      [call.failed ? 'error' : 'result']: clipValue(call.result, max),
    })),
    ...(act.calls.length === 0 && act.observation !== '' && { observation: told(act.observation) }),
    ...(act.segments.length > 0 && { segments: act.segments.slice(0, 3).map(told) }),
  };
}

/**
 * Acts as quoted data, as many as fit into `budget` characters, one at least. Nothing is clipped where all fit whole; else
 * large parts are, so that more acts fit.
 */
export function quoteActs(acts: readonly Act[], budget: number): { act: Act; quoted: JsonObject }[] {
  const quote = (max: number) => acts.map((act) => ({ act, quoted: quoteAct(act, max) }));
  const sizeOf = (one: { quoted: JsonObject }): number => JSON.stringify(one.quoted).length;
  const whole = quote(Number.POSITIVE_INFINITY);
  if (whole.reduce((sum, one) => sum + sizeOf(one), 0) <= budget) return whole;
  let used = 0;
  return quote(largeChars).filter((one, at) => {
    const fits = used + sizeOf(one) <= budget;
    if (fits || at === 0) used += sizeOf(one);
    return fits || at === 0;
  });
}

/** The tools that the acts of a cluster call, as they are named in its logs. */
export function toolsIn(acts: readonly Act[]): string[] {
  return [...new Set(acts.flatMap((act) => act.calls.map((call) => call.tool)))].sort();
}
