import type { WorkContext } from '../context.js';
import { FoundryError, throwIfCancelled } from '../errors.js';
import type { ScoredRun } from '../scoring/model.js';
import type { KnowledgeDeps } from './deps.js';
import type { Drift } from './drift.js';
import type { Drifted } from './drift-contract.js';
import { type Point, pointOf } from './points.js';

const pageSize = 200;
const notScored = 'not scored';

async function scoresAt({ store }: KnowledgeDeps, point: Point, runIds: string[]): Promise<Map<string, ScoredRun>> {
  if (point.kind === 'now') return store.scores.effective(runIds);
  return store.scores.at(runIds, point.kind === 'time' ? { until: point.at } : { scorer_version: point.name });
}

const markers = (score: ScoredRun | undefined): string[] =>
  score ? score.reasons.map((reason) => `${reason.marker}: ${reason.message}`) : [];

/** What speaks on one side only, `-` before and `+` after. */
function reasonsOf(before: ScoredRun | undefined, after: ScoredRun | undefined): string[] {
  const [old, fresh] = [markers(before), markers(after)];
  return [
    ...old.filter((one) => !fresh.includes(one)).map((one) => `- ${one}`),
    ...fresh.filter((one) => !old.includes(one)).map((one) => `+ ${one}`),
  ];
}

/** @throws FoundryError not_found where no run has a score of a version that was named */
function refuseEmpty(points: readonly { text: string; point: Point; scored: number }[]): void {
  const empty = points.find(({ point, scored }) => point.kind === 'named' && scored === 0);
  if (!empty) return;
  throw new FoundryError(
    'not_found',
    `No run has a score of the scorer version ${empty.text}.`,
    'Give now, an ISO time, or a scorer_version that score_run told.',
  );
}

/** The runs that are judged otherwise; each with the reasons that came and went. */
export async function scoreDrift(
  deps: KnowledgeDeps,
  { from, to }: { readonly from: string; readonly to: string },
  context: WorkContext,
): Promise<Drift> {
  const [before, after] = [pointOf(from), pointOf(to)];
  const changed: Drifted[] = [];
  const moves = new Map<string, number>();
  let [compared, scoredBefore, scoredAfter] = [0, 0, 0];
  let last: string | undefined;
  for (;;) {
    throwIfCancelled(context.signal);
    const runs = (await deps.store.evidence.listRuns({}, pageSize, last)).map((run) => run.run_id);
    const [old, fresh] = [await scoresAt(deps, before, runs), await scoresAt(deps, after, runs)];
    scoredBefore += old.size;
    scoredAfter += fresh.size;
    for (const id of runs.filter((run) => old.has(run) || fresh.has(run))) {
      compared += 1;
      const [was, is] = [old.get(id)?.category ?? notScored, fresh.get(id)?.category ?? notScored];
      if (was === is) continue;
      moves.set(`${was} -> ${is}`, (moves.get(`${was} -> ${is}`) ?? 0) + 1);
      changed.push({ id, before: was, after: is, reasons: reasonsOf(old.get(id), fresh.get(id)) });
    }
    last = runs.at(-1);
    if (runs.length < pageSize) break;
  }
  refuseEmpty([
    { text: from, point: before, scored: scoredBefore },
    { text: to, point: after, scored: scoredAfter },
  ]);
  const told = [...moves].sort(([a], [b]) => (a < b ? -1 : 1)).map(([move, count]) => `${count} ${move}`);
  return {
    compared,
    changed,
    summary: `${changed.length} of ${compared} runs ${changed.length === 1 ? 'is' : 'are'} judged otherwise${told.length > 0 ? `: ${told.join('; ')}` : ''}.`,
  };
}
