import type { EvidenceRecord, RunTrace, SemanticAct } from '../evidence/model.js';
import type { RecordedCall } from '../evidence/trace.js';
import { contentId } from '../hash.js';
import { isJsonObject, type JsonValue } from '../json.js';
import type { Act, ActCall } from './model.js';
import { gist } from './talk.js';
import { type Draft, readTurns } from './turns.js';
import { clip, firstWords, identifierWords, oneLine, toolPhrase } from './words.js';

const intentWords = 24;
const actionWords = 16;
const observationLength = 240;
/** A longer result is kept as the beginning of its JSON text; the whole stands in the evidence. */
const resultLength = 4_000;

/**
 * The acts of a run, in order: a pure function of the trace. Semantic acts stand for themselves; messages are read by the
 * rules in docs/needs.md.
 */
export function actsOf(trace: RunTrace): Act[] {
  const mined = trace.records.flatMap((record) => (record.act ? [fromSemanticAct(record, record.act)] : []));
  const read = readTurns(trace).map((draft) => fromDraft(draft));
  return [...mined, ...read].map((act, ordinal) => {
    const whole = { ...act, run_id: trace.run.run_id, ordinal };
    return { act_id: contentId('act', whole), ...whole };
  });
}

type ActBody = Omit<Act, 'act_id' | 'run_id' | 'ordinal'>;

function fromDraft(draft: Draft): ActBody {
  const calls = draft.calls.map(toActCall);
  const records = [...new Set(draft.records)].sort((a, b) => a.ordinal - b.ordinal);
  const announced = draft.announcement === null ? '' : gist(draft.announcement);
  const own = draft.words.at(-1) === draft.announcement ? '' : announced;
  return {
    intent: intentOf(draft.words),
    action: own === '' ? toolPhrase(calls) : firstWords(own, actionWords),
    calls,
    observation: observationOf(draft.calls, draft.reply),
    grounding: null,
    segments: [],
    evidence_ids: records.map((record) => record.evidence_id),
  };
}

/** What opened the matter comes first and is never crowded out by the details that were asked for after. */
function intentOf(words: readonly string[]): string {
  const [first, ...later] = words.map(gist);
  const last = later.at(-1);
  if (first === undefined) return '';
  return last === undefined
    ? firstWords(first, intentWords)
    : `${firstWords(first, intentWords / 2)} ${firstWords(last, intentWords / 2)}`;
}

function toActCall(call: RecordedCall): ActCall {
  return { tool: call.tool, arguments: call.args, result: shortResult(call.result), failed: call.failed };
}

function shortResult(result: JsonValue | undefined): JsonValue | null {
  if (result === undefined) return null;
  const text = typeof result === 'string' ? result : JSON.stringify(result);
  return text.length <= resultLength ? result : clip(text, resultLength);
}

/** The last result that came back, else the error, else what the agent answered. */
function observationOf(calls: readonly RecordedCall[], reply: string | null): string {
  const last = calls.findLast((call) => call.result !== undefined && !call.failed) ?? calls.at(-1);
  const came = last?.failed ? last.error : last?.result;
  const text = came === undefined || came === null ? '' : typeof came === 'string' ? came : JSON.stringify(came);
  return clip(oneLine(text === '' ? (reply ?? '') : text), observationLength);
}

function fromSemanticAct(record: EvidenceRecord, act: SemanticAct): ActBody {
  const calls = act.latent_calls.map((call): ActCall => {
    const { tool_category, operation, outcome, ...rest } = call;
    return {
      tool: [tool_category, operation].filter((part) => part !== undefined && part !== '').join('.') || 'unnamed',
      arguments: isJsonObject(rest) && Object.keys(rest).length > 0 ? rest : null,
      result: outcome ?? null,
      failed: false,
    };
  });
  return {
    intent: firstWords(/\s/.test(act.intent.trim()) ? act.intent : identifierWords(act.intent), intentWords),
    action: firstWords(act.action, 2 * actionWords),
    calls,
    observation: clip(oneLine(act.latent_calls.map((call) => call.outcome ?? '').join(' ')), observationLength),
    grounding: act.grounding_ref,
    segments: [...act.source_seg_ids],
    evidence_ids: [record.evidence_id],
  };
}
