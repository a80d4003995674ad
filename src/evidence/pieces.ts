import type { JsonValue } from '../json.js';
import type { CheckedDraft } from './assemble.js';
import type { RunDraft } from './importers/importer.js';
import type { Run } from './model.js';

/** A piece of a run that waits to be redacted and stored. */
export interface Piece {
  readonly run: RunDraft;
  readonly checked: readonly CheckedDraft[];
}

/** All values of pieces that could hold what redaction looks for. */
export function* valuesOf(pieces: readonly Piece[]): Generator<JsonValue> {
  for (const { run, checked } of pieces) {
    for (const one of checked) yield* [one.draft.span.value, one.draft.nativeId, one.content.model];
    yield { ...run.facts } as JsonValue;
    yield run.key.by === 'native' ? run.key.id : run.key.seed;
    if (run.parent) yield* [run.parent.id, run.parent.call_id];
  }
}

/** Two pieces of one run in one batch. */
export function joined(a: Run, b: Run): Run {
  const times = [a.started_at, b.started_at, a.ended_at, b.ended_at].flatMap((time) => time ?? []).sort();
  return {
    ...a,
    models: [...new Set([...a.models, ...b.models])],
    project: a.project ?? b.project,
    parent: a.parent ?? b.parent,
    outcome: b.outcome ?? a.outcome,
    started_at: times[0] ?? null,
    ended_at: times.at(-1) ?? null,
    records: a.records + b.records,
    calls: a.calls + b.calls,
  };
}
