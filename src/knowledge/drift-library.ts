import type { WorkContext } from '../context.js';
import { FoundryError, throwIfCancelled } from '../errors.js';
import { movesCurrent } from '../library/changes.js';
import type { CapabilityVersion, Change } from '../library/model.js';
import type { KnowledgeDeps } from './deps.js';
import type { Drift } from './drift.js';
import type { Drifted } from './drift-contract.js';
import { pointOf } from './points.js';

const pageSize = 200;
const maxChanges = 10_000;
const absent = 'not there';

/** `from` and `to` of the library are times only. */
function timeOf(text: string, now: string): string {
  const point = pointOf(text);
  if (point.kind === 'now') return now;
  if (point.kind === 'time') return point.at;
  throw new FoundryError('invalid_input', `The library has no state ${text}.`, 'Give now or an ISO time.');
}

interface Life {
  readonly versions: readonly CapabilityVersion[];
  /** oldest first */
  readonly changes: readonly Change[];
  readonly current: number;
}

const numberIn = (text: string): number | undefined => {
  const found = /\bcurrent (\d+)/.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** How a capability stood at a time: read backwards from now, by what the first changes after it say of the time before. */
function stateAt({ versions, changes, current }: Life, at: string): string {
  const there = versions.filter((one) => one.created_at <= at);
  if (there.length === 0) return absent;
  const later = changes.filter((one) => one.at > at);
  const moved = later.find(movesCurrent);
  const number = (moved && numberIn(moved.before)) ?? (moved ? Math.max(...there.map((one) => one.version)) : current);
  const version = there.find((one) => one.version === number) ?? there.at(-1);
  const next = later.find((one) => one.version === version?.version);
  const state = next ? next.before.split(';')[0] : version?.state;
  return `version ${version?.version}, ${state}`;
}

async function lifeOf({ store }: KnowledgeDeps, name: string, current: number): Promise<Life> {
  const versions = (await store.library.versions(name)).toSorted((a, b) => a.version - b.version);
  const changes = (await store.library.changesOf(name, maxChanges)).toReversed();
  return { versions, changes, current };
}

function told({ at, version, action, before, after, reason, via }: Change): string {
  const why = reason === null ? '' : `: ${reason}`;
  return `${at} version ${version} ${action} (${before} -> ${after}), via ${via}${why}`;
}

/** The capabilities that have another current version or another state, with what was done to them in between. */
export async function libraryDrift(
  deps: KnowledgeDeps,
  { from, to }: { readonly from: string; readonly to: string },
  context: WorkContext,
): Promise<Drift> {
  const now = deps.clock.now();
  const [before, after] = [timeOf(from, now), timeOf(to, now)];
  const [first, last] = before <= after ? [before, after] : [after, before];
  const changed: Drifted[] = [];
  let compared = 0;
  let name: string | undefined;
  for (;;) {
    throwIfCancelled(context.signal);
    const page = await deps.store.library.list({}, pageSize, name);
    for (const capability of page) {
      const life = await lifeOf(deps, capability.name, capability.version);
      const [was, is] = [stateAt(life, before), stateAt(life, after)];
      if (was !== absent || is !== absent) compared += 1;
      if (was === is) continue;
      const between = life.changes.filter((one) => one.at > first && one.at <= last);
      changed.push({ id: capability.name, before: was, after: is, reasons: between.map(told) });
    }
    name = page.at(-1)?.name;
    if (page.length < pageSize) break;
  }
  const came = changed.filter((one) => one.before === absent).length;
  const went = changed.filter((one) => one.after === absent).length;
  const summary = `${changed.length} of ${compared} capabilities differ: ${came} came, ${went} went, ${changed.length - came - went} have another version or state.`;
  return { compared, changed, summary };
}
