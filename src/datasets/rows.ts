import type { WorkContext } from '../context.js';
import { throwIfCancelled } from '../errors.js';
import type { RunTrace, Source, ToolDefinition } from '../evidence/model.js';
import type { EvidenceStore } from '../evidence/store.js';
import { hashOf } from '../hash.js';
import type { JsonObject } from '../json.js';
import type { ScoredRun } from '../scoring/model.js';
import { hasClientEvidence } from '../scoring/scorer.js';
import type { ScoringService } from '../scoring/service.js';
import { conversationOf, type FlatMessage, flatten } from './conversation.js';
import type { Overlap } from './decontaminate.js';
import { trlFormat } from './formats/trl.js';
import type { BuildOptions } from './options.js';
import { provenanceOf, type RowProvenance } from './provenance.js';
import type { TokenCounter } from './tokens.js';
import { createToolCatalog, type ListedTools, type ToolCatalog } from './tool-schemas.js';

/** Counts by reason. */
export type Tally = Map<string, number>;
export function bump(tally: Tally, reason: string, by = 1): void {
  if (by > 0) tally.set(reason, (tally.get(reason) ?? 0) + by);
}

/** Runs of one task belong together; a run without a task stands alone. */
export const groupOf = (trace: RunTrace): string =>
  trace.run.task_id === null ? `run:${trace.run.run_id}` : `task:${trace.run.task_id}`;

/** Why a run's standing keeps it out, or null where it may come in. No word of anyone lets an execution in. */
export function barred(trace: RunTrace, score: ScoredRun | undefined, trustClient: boolean): string | null {
  if (trace.run.origin === 'execution') return 'capability_execution';
  if (score?.category !== 'accepted') return `not_accepted:${score?.category ?? 'unscored'}`;
  const byPerson = score.reasons[0]?.marker === 'override';
  return hasClientEvidence(trace) && !trustClient && !byPerson ? 'client_origin' : null;
}

export interface RowDeps {
  readonly evidence: EvidenceStore;
  readonly scoring: ScoringService;
  readonly trustClient: boolean;
  /** kinds of what redaction would still take out of a row */
  heldKinds(row: JsonObject): Promise<readonly string[]>;
}

export interface Survey {
  /** accepted runs that can be told as a conversation, in order of id */
  readonly runIds: readonly string[];
  readonly catalog: ToolCatalog;
  readonly matched: number;
  /** of capabilities, which the filter leaves but no row is made of */
  readonly executions: number;
}

/**
 * The first pass: which runs may become rows, and which tools their calls show. Only accepted runs are learnt from.
 */
export async function survey(
  deps: RowDeps,
  options: BuildOptions,
  work: { context: WorkContext; excluded: Tally },
): Promise<Survey> {
  const catalog = createToolCatalog();
  const runIds: string[] = [];
  let matched = 0;
  const agents = { ...options.filter, without_executions: true };
  const executions = (await deps.evidence.countRuns(options.filter)) - (await deps.evidence.countRuns(agents));
  bump(work.excluded, 'capability_execution', executions);
  for await (const trace of deps.evidence.traces(agents)) {
    throwIfCancelled(work.context.signal);
    matched += 1;
    work.context.progress(matched, undefined, 'looking for accepted runs');
    const score = (await deps.scoring.scoresOf([trace], work.context)).get(trace.run.run_id);
    const reason = barred(trace, score, deps.trustClient);
    const conversation = reason ?? conversationOf(trace);
    if (typeof conversation === 'string') {
      bump(work.excluded, conversation);
      continue;
    }
    runIds.push(trace.run.run_id);
    for (const call of conversation.turns.flatMap((turn) => turn.calls)) {
      catalog.observe(trace.run.source, { name: call.name, args: call.args, failed: call.answer?.failed === true });
    }
  }
  return { runIds, catalog, matched, executions };
}

export interface BuiltRow {
  readonly row: JsonObject;
  readonly entry: Omit<RowProvenance, 'split'>;
}

export interface RowLimits {
  readonly countTokens: TokenCounter | null;
  readonly overlaps: Overlap | null;
}

/** Makes rows one by one and remembers what it must to drop duplicates and to cap tasks. */
export interface RowMaker {
  /** @returns the row, or why there is none */
  make(trace: RunTrace, score: ScoredRun | undefined): Promise<BuiltRow | string>;
}

const userTexts = (messages: readonly FlatMessage[]): string[] =>
  messages.flatMap((flat) => (flat.kind === 'said' && flat.turn.role === 'user' ? [flat.turn.text ?? ''] : []));

export function createRowMaker(
  deps: RowDeps,
  options: BuildOptions,
  known: { catalog: ToolCatalog; limits: RowLimits },
): RowMaker {
  const seen = new Set<string>();
  const perTask = new Map<string, number>();
  const declared = new Map<string, ToolDefinition[]>();
  const sources = new Map<string, Source>();

  const toolsFor = async (source: string): Promise<ListedTools> => {
    const definitions = declared.get(source) ?? (await deps.evidence.toolDefinitions(source));
    declared.set(source, definitions);
    return known.catalog.toolsOf(source, definitions);
  };
  const sourcesOf = async (trace: RunTrace): Promise<Source[]> => {
    const found: Source[] = [];
    for (const id of new Set(trace.records.map((record) => record.source_id))) {
      const source = sources.get(id) ?? (await deps.evidence.getSource(id));
      if (!source) continue;
      sources.set(id, source);
      found.push(source);
    }
    return found;
  };
  const overLimit = (row: JsonObject, messages: readonly FlatMessage[]): string | null => {
    if (known.limits.overlaps?.(userTexts(messages))) return 'contaminated';
    const { countTokens } = known.limits;
    return countTokens && options.maxTokens !== null && countTokens(row) > options.maxTokens ? 'too_long' : null;
  };

  return {
    async make(trace, score) {
      const reason = barred(trace, score, deps.trustClient);
      if (reason !== null || !score) return reason ?? 'not_accepted:unscored';
      const conversation = conversationOf(trace);
      if (typeof conversation === 'string') return conversation;
      const messages = flatten(conversation);
      const masked = options.format.canMask && options.maskFailedSteps;
      if (masked && messages.every((one) => one.kind === 'answer' || one.turn.role !== 'assistant' || one.failed)) {
        return 'only_failed_steps';
      }
      const listed = await toolsFor(trace.run.source);
      const rowOptions = { tools: listed.tools, maskFailedSteps: options.maskFailedSteps };
      const row = options.format.render(messages, rowOptions);
      if (options.format.problem(row) !== null) return 'invalid_row';
      // Evidence may be older than the rules in force, or than what the operator configures now.
      const [held] = await deps.heldKinds(row);
      if (held !== undefined) return `not_redacted:${held}`;
      const over = overLimit(row, messages);
      if (over !== null) return over;
      // One shape without call ids for both formats: two runs that differ in random ids only are duplicates.
      const key = hashOf(trlFormat.render(messages, rowOptions));
      if (options.dedupe && seen.has(key)) return 'duplicate';
      const groupKey = groupOf(trace);
      const taken = perTask.get(groupKey) ?? 0;
      if (options.perTask !== null && taken >= options.perTask) return 'per_task';
      seen.add(key);
      perTask.set(groupKey, taken + 1);
      const entry = provenanceOf({
        rowId: hashOf(row),
        groupKey,
        trace,
        score,
        sources: await sourcesOf(trace),
        messages,
        toolsInferred: listed.inferred,
        masked,
        trimmed: conversation.trimmed,
      });
      return { row, entry };
    },
  };
}
