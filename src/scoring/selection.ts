import { FoundryError } from '../errors.js';
import type { RunTrace } from '../evidence/model.js';
import type { Store } from '../store.js';
import type { ScoreRunInput } from './contract.js';
import type { ScoreCursor } from './cursor.js';

const idPage = 200;

/** @throws FoundryError invalid_input unless the input names runs in exactly one way (a suggestion names its own run) */
export function checkSelection(input: ScoreRunInput): void {
  const ways = [input.run_ids !== undefined, input.source !== undefined, input.all_unscored === true].filter(Boolean);
  if (ways.length > 1) {
    throw new FoundryError(
      'invalid_input',
      'run_ids, source and all_unscored exclude one another.',
      'Give one of them and leave the others out.',
    );
  }
  if (ways.length === 0 && !input.suggest) {
    throw new FoundryError(
      'invalid_input',
      'Nothing says which runs to score.',
      'Give run_ids, a source, or all_unscored: true.',
    );
  }
}

/** The runs that the input names, in the order in which its pages show them: that of run_ids as given, else by id. */
export async function* selectedTraces(
  store: Store,
  scorerVersion: string,
  input: ScoreRunInput,
): AsyncGenerator<RunTrace> {
  if (input.source !== undefined) {
    yield* fromSource(store, input.source);
  } else if (input.all_unscored === true) {
    yield* unscored(store, scorerVersion);
  } else {
    for (const runId of namedRuns(input)) {
      const trace = await store.evidence.getTrace(runId);
      if (!trace) {
        throw new FoundryError(
          'not_found',
          `There is no run ${runId}.`,
          'Read evidence://runs for the runs there are.',
        );
      }
      yield trace;
    }
  }
}

/** Each run once, also where the caller named it twice. */
function namedRuns(input: ScoreRunInput): string[] {
  return [...new Set(input.run_ids ?? (input.suggest ? [input.suggest.run_id] : []))];
}

async function* fromSource(store: Store, source: string): AsyncGenerator<RunTrace> {
  let any = false;
  for await (const trace of store.evidence.traces({ source })) {
    any = true;
    yield trace;
  }
  if (any) return;
  const known = [...new Set((await store.evidence.listSources()).map((one) => one.source))].slice(0, 10);
  throw new FoundryError(
    'not_found',
    `No run has the source ${source}.`,
    known.length > 0 ? `Sources there are: ${known.join(', ')}.` : 'Import logs first with import_evidence.',
  );
}

async function* unscored(store: Store, scorerVersion: string): AsyncGenerator<RunTrace> {
  let after: string | undefined;
  for (;;) {
    const ids = await store.scores.unscored(scorerVersion, idPage, after);
    for (const id of ids) {
      const trace = await store.evidence.getTrace(id);
      if (trace) yield trace;
    }
    after = ids.at(-1);
    if (ids.length < idPage) return;
  }
}

/** Ids of the runs that follow the cursor, in the order of `selectedTraces`. */
export async function pageOfIds(
  store: Store,
  scorerVersion: string,
  page: { input: ScoreRunInput; cursor: ScoreCursor; limit: number },
): Promise<string[]> {
  const { input, cursor, limit } = page;
  if (input.source !== undefined) {
    const runs = await store.evidence.listRuns({ source: input.source }, limit, cursor.after);
    return runs.map((run) => run.run_id);
  }
  if (input.all_unscored === true) {
    return store.scores.scoredSince(scorerVersion, cursor.since, { limit, after: cursor.after });
  }
  const ids = namedRuns(input);
  return ids.slice(ids.indexOf(cursor.after) + 1).slice(0, limit);
}
