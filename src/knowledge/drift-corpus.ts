import type { WorkContext } from '../context.js';
import { FoundryError, throwIfCancelled } from '../errors.js';
import type { RunTrace } from '../evidence/model.js';
import { recordedCalls } from '../evidence/trace.js';
import { shareOf } from '../library/interval.js';
import type { KnowledgeDeps } from './deps.js';
import type { Drift } from './drift.js';
import type { Drifted } from './drift-contract.js';
import { type Point, pointOf } from './points.js';
import { taskTypeOf } from './task-type.js';

/** In how many of its runs each trait is. */
interface Profile {
  runs: number;
  readonly traits: Map<string, number>;
}

const emptyProfile = (): Profile => ({ runs: 0, traits: new Map() });

function traitsOf(trace: RunTrace, category: string): Set<string> {
  const { run } = trace;
  const calls = recordedCalls(trace);
  return new Set([
    `format ${run.format}`,
    `task_type ${taskTypeOf(run)}`,
    `score ${category}`,
    ...run.models.map((model) => `model ${model}`),
    ...calls.map((call) => `tool ${call.tool}`),
    ...calls.filter((call) => call.failed).map((call) => `failure of ${call.tool}`),
  ]);
}

/** Whether a run belongs to a state: now, to all that was recorded until a time, or to a source. */
function belongs(trace: RunTrace, point: Point): boolean {
  if (point.kind === 'now') return true;
  if (point.kind === 'named') return trace.run.source === point.name;
  return trace.records.some((record) => record.provenance.recorded_at <= point.at);
}

function add(profile: Profile, traits: ReadonlySet<string>): void {
  profile.runs += 1;
  for (const trait of traits) profile.traits.set(trait, (profile.traits.get(trait) ?? 0) + 1);
}

/** A share differs where it comes, goes, or its 95% intervals do not touch: less is what chance does. */
function compare(id: string, before: Profile, after: Profile): Drifted | null {
  const [old, fresh] = [before.traits.get(id) ?? 0, after.traits.get(id) ?? 0];
  const [was, is] = [shareOf(old, before.runs), shareOf(fresh, after.runs)];
  const shown = (hits: number, of: number): string => `${hits} of ${of} runs`;
  const change = { id, before: shown(old, before.runs), after: shown(fresh, after.runs) };
  if (old === 0) return { ...change, reasons: ['new'] };
  if (fresh === 0) return { ...change, reasons: ['gone'] };
  if (!was || !is || (was.low <= is.high && is.low <= was.high)) return null;
  const interval = ({ low, high }: { low: number; high: number }): string => `${low.toFixed(3)} to ${high.toFixed(3)}`;
  return {
    ...change,
    reasons: [
      `${is.value > was.value ? 'more' : 'less'} than chance explains: 95% intervals ${interval(was)} and ${interval(is)}`,
    ],
  };
}

async function refuseEmpty(deps: KnowledgeDeps, text: string, point: Point): Promise<void> {
  if (point.kind !== 'named') return;
  const known = [...new Set((await deps.store.evidence.listSources()).map((one) => one.source))].slice(0, 10);
  throw new FoundryError(
    'not_found',
    `No run has the source ${text}.`,
    known.length > 0 ? `Sources there are: ${known.join(', ')}. Or give now or an ISO time.` : 'Import logs first.',
  );
}

/** The traits (format, task type, score, model, tool, failing tool) whose share of the runs differs. */
export async function corpusDrift(
  deps: KnowledgeDeps,
  { from, to }: { readonly from: string; readonly to: string },
  context: WorkContext,
): Promise<Drift> {
  const [first, second] = [pointOf(from), pointOf(to)];
  const [before, after] = [emptyProfile(), emptyProfile()];
  let runs = 0;
  for await (const trace of deps.store.evidence.traces({ without_executions: true })) {
    throwIfCancelled(context.signal);
    const isOld = belongs(trace, first);
    const isNew = belongs(trace, second);
    if (!isOld && !isNew) continue;
    runs += 1;
    const score = (await deps.store.scores.effective([trace.run.run_id])).get(trace.run.run_id);
    const traits = traitsOf(trace, score?.category ?? 'none');
    if (isOld) add(before, traits);
    if (isNew) add(after, traits);
  }
  if (before.runs === 0) await refuseEmpty(deps, from, first);
  if (after.runs === 0) await refuseEmpty(deps, to, second);
  const ids = [...new Set([...before.traits.keys(), ...after.traits.keys()])].sort();
  const changed = ids.map((id) => compare(id, before, after)).filter((one) => one !== null);
  return {
    compared: runs,
    changed,
    summary: `${changed.length} of ${ids.length} traits differ between ${before.runs} and ${after.runs} runs.`,
  };
}
