import type { Config } from '../config.js';
import type { Clock, WorkContext } from '../context.js';
import { throwIfCancelled } from '../errors.js';
import { createCleaner } from '../evidence/clean.js';
import type { RunTrace } from '../evidence/model.js';
import type { JsonObject } from '../json.js';
import type { FileRef } from '../receipts/model.js';
import { given, withReceipt } from '../receipts/receipted.js';
import type { Store } from '../store.js';
import type { ScoreRunInput, ScoreRunOutput } from './contract.js';
import { readCursor, writeCursor } from './cursor.js';
import { type Category, categories, type ScoredRun } from './model.js';
import { existing, overrideRuns, takeBackOverrides } from './overriding.js';
import { type LoadedRules, loadRules, type ScorerRules, scorerVersion } from './rules.js';
import { scoreTrace } from './scorer.js';
import { checkSelection, pageOfIds, selectedTraces } from './selection.js';
import type { ScoringService } from './service.js';
import { shownRuns } from './shown.js';

export interface ScoringDeps {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
}

const batchSize = 50;
const defaultPage = 20;

type Counts = Record<Category, number>;

const noCounts = (): Counts => ({ accepted: 0, partially_accepted: 0, rejected: 0, needs_human_review: 0 });

/** The scoring service over a store. Rules are read at the first use. */
export function createScoringService(deps: ScoringDeps): ScoringService {
  const clean = createCleaner(deps.config.file.redaction);
  let loaded: LoadedRules | undefined;
  const inForce = (): LoadedRules => {
    loaded ??= loadRules(deps.config);
    return loaded;
  };
  const rules = (): ScorerRules => inForce().rules;
  const service: ScoringService = {
    get version() {
      return scorerVersion(rules());
    },
    scoresOf: (traces, context) => scoresOf(deps, rules(), traces, context),
    scoreRuns: (input, context) =>
      input.cursor
        ? nextPage(deps, service, input)
        : scoreRuns(deps, { service, rulesFile: () => inForce().file }, input, context),
    async override(runId, category, reason, context) {
      await overrideRuns({ ...deps, clean }, [runId], { word: { category, reason }, context });
    },
    overrideAll: (runIds, word, context) => overrideRuns({ ...deps, clean }, runIds, { word, context }),
    takeBack: (overrides, context) => takeBackOverrides({ ...deps, clean }, overrides, context),
  };
  return service;
}

async function scoresOf(
  deps: ScoringDeps,
  rules: ScorerRules,
  traces: readonly RunTrace[],
  context: WorkContext,
): Promise<Map<string, ScoredRun>> {
  const scored = traces.map((trace): ScoredRun => {
    const judgement = scoreTrace(trace, rules);
    return {
      schema_version: 1,
      run_id: trace.run.run_id,
      category: judgement.category,
      reasons: [...judgement.reasons],
      scorer_version: scorerVersion(rules),
      input_hash: judgement.input_hash,
      scored_at: deps.clock.now(),
      via: context.via,
    };
  });
  await deps.store.scores.putScores(scored);
  return deps.store.scores.effective(traces.map((trace) => trace.run.run_id));
}

/** Records what a client thinks of a run. It weighs nothing but this: the run now waits for a person. */
async function suggest(deps: ScoringDeps, input: ScoreRunInput, context: WorkContext): Promise<void> {
  if (!input.suggest) return;
  const { run_id, category, reason } = input.suggest;
  await existing(deps.store, run_id);
  await deps.store.scores.putSuggestion({ run_id, category, reason, at: deps.clock.now(), via: context.via });
}

interface Judged {
  readonly counts: Counts;
  readonly scored: number;
  /** The first of them, as many as a page holds. */
  readonly page: readonly ScoredRun[];
}

async function judgeAll(
  deps: ScoringDeps,
  service: ScoringService,
  input: ScoreRunInput,
  context: WorkContext,
): Promise<Judged> {
  checkSelection(input);
  const { version } = service;
  await suggest(deps, input, context);
  const counts = noCounts();
  const pageSize = input.limit ?? defaultPage;
  const page: ScoredRun[] = [];
  let scored = 0;
  const flush = async (traces: readonly RunTrace[]): Promise<void> => {
    throwIfCancelled(context.signal);
    const found = await service.scoresOf(traces, context);
    for (const trace of traces) {
      const score = found.get(trace.run.run_id);
      if (!score) continue;
      counts[score.category] += 1;
      scored += 1;
      if (page.length < pageSize) page.push(score);
    }
    context.progress(scored, undefined, `${scored} runs judged`);
  };
  let batch: RunTrace[] = [];
  for await (const trace of selectedTraces(deps.store, version, input)) {
    batch.push(trace);
    if (batch.length < batchSize) continue;
    await flush(batch);
    batch = [];
  }
  if (batch.length > 0) await flush(batch);
  return { counts, scored, page };
}

/** What of the input a receipt may hold: a suggestion without its free text. */
function argumentsOf({ suggest: suggested, ...input }: ScoreRunInput): JsonObject {
  const told = suggested && { run_id: suggested.run_id, category: suggested.category };
  return given({ ...input, suggest: told });
}

async function scoreRuns(
  deps: ScoringDeps,
  { service, rulesFile }: { readonly service: ScoringService; readonly rulesFile: () => FileRef | null },
  input: ScoreRunInput,
  context: WorkContext,
): Promise<ScoreRunOutput> {
  const since = deps.clock.now();
  const { result, receipt } = await withReceipt(deps, {
    command: 'score_run',
    arguments: argumentsOf(input),
    via: context.via,
    work: () => judgeAll(deps, service, input, context),
    tell: ({ counts, scored }) => {
      const file = rulesFile();
      return { counts: { scored, ...counts }, recordCounts: { in: scored, out: scored }, inputs: file ? [file] : [] };
    },
  });
  const { counts, scored, page } = result;
  const last = page.at(-1);
  const next_cursor =
    last && scored > page.length
      ? writeCursor({
          after: last.run_id,
          since,
          scored,
          counts: [counts.accepted, counts.partially_accepted, counts.rejected, counts.needs_human_review],
          receipt: receipt.receipt_id,
        })
      : undefined;
  return {
    scored,
    by_category: counts,
    runs: await shownRuns(deps.store, page),
    ...(next_cursor === undefined ? {} : { next_cursor }),
    scorer_version: service.version,
    receipt_id: receipt.receipt_id,
  };
}

/** A further page of work that was done: it reads what stands now and judges nothing again. */
async function nextPage(deps: ScoringDeps, service: ScoringService, input: ScoreRunInput): Promise<ScoreRunOutput> {
  checkSelection(input);
  const cursor = readCursor(input.cursor ?? '');
  const size = input.limit ?? defaultPage;
  const ids = await pageOfIds(deps.store, service.version, { input, cursor, limit: size + 1 });
  const shownIds = ids.slice(0, size);
  const found = await deps.store.scores.effective(shownIds);
  const last = shownIds.at(-1);
  const by_category = noCounts();
  categories.forEach((category, index) => {
    by_category[category] = cursor.counts[index] ?? 0;
  });
  return {
    scored: cursor.scored,
    by_category,
    runs: await shownRuns(
      deps.store,
      shownIds.map((id) => found.get(id)).filter((score) => score !== undefined),
    ),
    ...(last !== undefined && ids.length > size ? { next_cursor: writeCursor({ ...cursor, after: last }) } : {}),
    scorer_version: service.version,
    receipt_id: cursor.receipt,
  };
}
