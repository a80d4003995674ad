import type { EvidenceRecord, RunTrace } from '../evidence/model.js';
import { type RecordedCall, recordedCalls } from '../evidence/trace.js';
import { hashOf } from '../hash.js';
import { canonicalJson, type JsonObject } from '../json.js';
import { verdictOf } from '../scoring/outcomes.js';
import { hasClientEvidence } from '../scoring/scorer.js';
import { createTally, factOf, shortText } from './facts.js';
import { type Fact, type Ground, maxGrounds, type ScratchpadSummary, scratchpadSummarySchema } from './model.js';
import { isPlanText, type Noted, notedInLists, notedInText, type Part, pathsIn } from './scratchpad-text.js';
import { commandOf, isScratchTool, pathsOf } from './steps.js';

const maxFacts = 50;

interface Entry {
  readonly source: Ground;
  readonly ordinal: number;
  readonly text: string;
  readonly noted: readonly Noted[];
}

function textsIn(args: JsonObject): string[] {
  return Object.values(args).filter((value) => typeof value === 'string');
}

function entryOfCall(call: RecordedCall, runId: string): Entry | null {
  if (!isScratchTool(call.tool) || call.args === null) return null;
  const lists = notedInLists(call.args);
  const texts = textsIn(call.args);
  const noted = [...lists, ...texts.flatMap(notedInText)];
  return {
    source: { run_id: runId, evidence_id: call.callEvidenceId },
    ordinal: call.callOrdinal,
    text: canonicalJson(call.args),
    noted,
  };
}

function entryOfText(record: EvidenceRecord): Entry | null {
  if (record.role !== 'assistant' || !record.text || !isPlanText(record.text)) return null;
  const source = { run_id: record.run_id, evidence_id: record.evidence_id };
  return { source, ordinal: record.ordinal, text: record.text, noted: notedInText(record.text) };
}

const keyOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Steps by their words, each with what was said of it last: a step that was pending and is done is done. */
function lastWords(entries: readonly Entry[]): Map<Part, Fact[]> {
  const last = new Map<string, { part: Part; fact: Fact }>();
  const steps: ReadonlySet<Part> = new Set(['completed', 'failed', 'pending']);
  for (const { noted, source } of entries) {
    for (const { part, text } of noted) {
      const key = steps.has(part) ? `step ${keyOf(text)}` : `${part} ${keyOf(text)}`;
      const known = last.get(key);
      last.delete(key);
      last.set(key, {
        part,
        fact:
          known?.part === part
            ? {
                ...known.fact,
                count: known.fact.count + 1,
                sources: [...known.fact.sources, source].slice(-maxGrounds),
              }
            : factOf(text, source),
      });
    }
  }
  const found = new Map<Part, Fact[]>();
  for (const { part, fact } of last.values()) found.set(part, [...(found.get(part) ?? []), fact]);
  return found;
}

const statuses = {
  accepted: 'passed',
  rejected: 'failed',
  partially_accepted: 'partial',
  needs_human_review: 'unknown',
} as const;

/** What the outcomes in the log say of the work; outcomes that a client handed in are not believed. */
function validationOf(trace: RunTrace): Pick<ScratchpadSummary, 'validation_status' | 'validation_sources'> {
  const outcomes = hasClientEvidence(trace) ? [] : trace.records.filter((record) => record.outcome !== null);
  const spoken = outcomes.flatMap((record) => {
    const category = record.outcome && verdictOf(record.outcome, 1).category;
    return category ? [{ category, source: { run_id: record.run_id, evidence_id: record.evidence_id } }] : [];
  });
  const [first, second] = new Set(spoken.map((one) => statuses[one.category]));
  return {
    validation_status: second === undefined ? (first ?? 'unknown') : 'partial',
    validation_sources: spoken.map((one) => one.source).slice(0, maxGrounds),
  };
}

function importantPaths(entries: readonly Entry[], calls: readonly RecordedCall[], runId: string): Fact[] {
  const tally = createTally();
  for (const { noted, source } of entries) {
    for (const { text } of noted) for (const path of pathsIn(text)) tally.add(path, source);
  }
  for (const call of calls) {
    for (const path of pathsOf(call)) tally.add(path, { run_id: runId, evidence_id: call.callEvidenceId });
  }
  return tally.facts(maxFacts);
}

function commandAfter(entry: Entry, calls: readonly RecordedCall[], runId: string): Fact | null {
  const next = calls.find((call) => call.callOrdinal >= entry.ordinal && !isScratchTool(call.tool));
  if (!next) return null;
  const said = commandOf(next) ?? `${next.tool} ${JSON.stringify(next.args ?? {})}`;
  return factOf(said, { run_id: runId, evidence_id: next.callEvidenceId });
}

function firstRequest({ records }: RunTrace): Fact | null {
  const asked = records.find((record) => record.role === 'user' && record.is_human && record.text?.trim());
  return asked?.text ? factOf(shortText(asked.text), { run_id: asked.run_id, evidence_id: asked.evidence_id }) : null;
}

/**
 * What an agent wrote to itself in a run, in one form: calls of tools for thinking, planning and notes, and messages that
 * are a plan. What was said of a step last is what holds. Read by fixed rules; null where the agent left nothing.
 */
export function summarizeScratchpad(trace: RunTrace): ScratchpadSummary | null {
  const runId = trace.run.run_id;
  const calls = recordedCalls(trace);
  const found = [...calls.map((call) => entryOfCall(call, runId)), ...trace.records.map(entryOfText)];
  const entries = found.filter((entry) => entry !== null).sort((a, b) => a.ordinal - b.ordinal);
  const last = entries.at(-1);
  if (!last) return null;
  const parts = lastWords(entries);
  const of = (part: Part): Fact[] => (parts.get(part) ?? []).slice(-maxFacts);
  return scratchpadSummarySchema.parse({
    schema_version: 1,
    run_id: runId,
    current_objective: of('objective').at(-1) ?? firstRequest(trace),
    completed_steps: of('completed'),
    failed_steps: of('failed'),
    pending_steps: of('pending'),
    important_paths: importantPaths(entries, calls, runId),
    decisions: of('decision'),
    unresolved_questions: of('question'),
    ...validationOf(trace),
    next_command: commandAfter(last, calls, runId),
    entries: entries.map((entry) => entry.source),
    source_scratchpad_hash: hashOf(entries.map(({ source, text }) => ({ evidence_id: source.evidence_id, text }))),
  });
}
