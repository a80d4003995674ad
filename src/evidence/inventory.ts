import type * as z from 'zod';
import { oneLine } from '../visible.js';
import type { inventory } from './contract.js';
import type { EvidenceRecord, Run, RunTrace } from './model.js';
import { RunNotes, tokensOfCall, tokensOfResult } from './run-notes.js';
import { SeenIds } from './seen-ids.js';
import { failureOf } from './trace.js';

type Inventory = z.infer<typeof inventory>;
export type RecurringNeed = Inventory['needs'][number];

/** What reads the needs off runs; the needs themselves are no affair of evidence. */
export interface NeedObserver {
  see(trace: RunTrace, tokensOf: (record: EvidenceRecord) => number): void;
  top(count: number): RecurringNeed[];
  readonly isFull: boolean;
}

const maxTools = 200;
const maxVersions = 50;
const shownNeeds = 20;
/** Calls that wait for a result are forgotten beyond this many, so that a log without results costs no memory. */
const maxWaiting = 10_000;

type ToolCount = Omit<Inventory['tools'][number], 'name'>;

function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Counts what logs hold, record by record; what a log repeats counts once. */
export class InventoryCounter {
  readonly #formats = new Map<string, number>();
  readonly #versions = new Map<string, number>();
  readonly #runs = new Set<string>();
  readonly #withOutcome = new Set<string>();
  readonly #tasks = new Map<string, number>();
  readonly #tools = new Map<string, ToolCount>();
  readonly #outcomes = new Map<string, number>();
  readonly #waiting = new Map<string, string>();
  readonly #usage = { input_tokens: 0, output_tokens: 0, cost_usd: 0 };
  readonly #seen = new SeenIds();
  readonly #notes = new RunNotes();
  #withTime = 0;
  #withUsage = 0;
  #human = 0;
  #answers = 0;
  #results = 0;
  #declaredTools = 0;

  /** @param needs absent where they are not asked for: then records are counted and not held */
  constructor(readonly needs?: NeedObserver) {}

  file(format: string): void {
    bump(this.#formats, format);
  }

  declared(count: number): void {
    this.#declaredTools += count;
  }

  /** @param version of the program that wrote the log */
  see(run: Run, records: readonly EvidenceRecord[], version: string | null): void {
    if (!this.#runs.has(run.run_id)) {
      this.#runs.add(run.run_id);
      if (run.started_at !== null) this.#withTime += 1;
      if (run.task_id !== null) bump(this.#tasks, run.task_id);
      if (version !== null) bump(this.#versions, `${run.agent ?? run.format} ${version}`);
    }
    if (!this.needs) return;
    const fresh = records.filter((record) => this.#seen.add(record.evidence_id));
    for (const record of fresh) this.#record(run.run_id, record);
    this.#notes.see(run, fresh);
  }

  /** To be called behind each file. */
  endFile(): void {
    for (const { trace, tokensOf } of this.#notes.take()) this.needs?.see(trace, tokensOf);
  }

  #record(runId: string, record: EvidenceRecord): void {
    if (record.outcome) {
      bump(this.#outcomes, `${record.outcome.kind} ${JSON.stringify(record.outcome.value).slice(0, 40)}`);
      this.#withOutcome.add(runId);
    }
    if (record.usage) {
      this.#withUsage += 1;
      this.#usage.input_tokens += record.usage.input_tokens;
      this.#usage.output_tokens += record.usage.output_tokens;
      this.#usage.cost_usd += record.usage.cost_usd ?? 0;
    }
    if (record.is_human) this.#human += 1;
    if (record.role === 'assistant' && record.text) this.#answers += 1;
    for (const call of record.tool_calls) {
      const tool = this.#tool(call.name);
      tool.calls += 1;
      tool.tokens += tokensOfCall(call);
      if (call.id !== null && this.#waiting.size < maxWaiting) this.#waiting.set(`${runId} ${call.id}`, call.name);
    }
    if (record.tool_result) this.#result(runId, record, record.tool_result);
  }

  #result(runId: string, record: EvidenceRecord, result: NonNullable<EvidenceRecord['tool_result']>): void {
    this.#results += 1;
    const key = `${runId} ${result.call_id}`;
    const name = result.name ?? this.#waiting.get(key);
    this.#waiting.delete(key);
    if (name === undefined) return;
    const tool = this.#tool(name);
    tool.tokens += tokensOfResult(record);
    if (failureOf(result) !== null) tool.failures += 1;
  }

  #tool(name: string): ToolCount {
    const tool = this.#tools.get(name) ?? { calls: 0, failures: 0, tokens: 0 };
    this.#tools.set(name, tool);
    return tool;
  }

  result(): Inventory {
    const tools = [...this.#tools].map(([name, counts]) => ({ name: oneLine(name), ...counts }));
    tools.sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1));
    const versions = [...this.#versions].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    return {
      formats: Object.fromEntries(this.#formats),
      versions: Object.fromEntries(versions.slice(0, maxVersions).map(([name, count]) => [oneLine(name), count])),
      runs: this.#runs.size,
      tasks: this.#tasks.size,
      tools: tools.slice(0, maxTools),
      outcomes: Object.fromEntries(this.#outcomes),
      usage: { ...this.#usage, records: this.#withUsage },
      needs: (this.needs?.top(shownNeeds) ?? []).map((need) => ({
        ...need,
        text: oneLine(need.text),
        tools: need.tools.map(oneLine),
      })),
      missing: this.#missing(),
    };
  }

  #missing(): string[] {
    const runs = this.#runs.size;
    const missing: string[] = [];
    const without = runs - this.#withOutcome.size;
    if (runs === 0) missing.push('scores, induction, data sets: there is no run');
    if (without > 0) {
      missing.push(
        `scores: ${without} of ${runs} runs ${without === 1 ? 'has' : 'have'} no outcome (reward, tests, exit code, status, a person's word); nothing of them is accepted until a person says so`,
      );
    }
    const timeless = runs - this.#withTime;
    if (timeless > 0) missing.push(`filters: ${timeless} of ${runs} runs ${timeless === 1 ? 'has' : 'have'} no times`);
    if (runs > 0 && this.#tools.size === 0) missing.push('induction: there are no tool calls to learn skills from');
    if (this.#tools.size > 0 && this.#results === 0) missing.push('induction: no tool call has a result');
    if (this.#tools.size > 0 && this.#declaredTools === 0) {
      missing.push('induction, data sets: no tool is defined; schemas are inferred from recorded arguments');
    }
    if (runs > 0 && ![...this.#tasks.values()].some((attempts) => attempts > 1)) {
      missing.push('induction: no task id with several attempts; attempts at one task cannot be compared');
    }
    if (runs > 0 && this.#human === 0) missing.push('data sets: no request of a person');
    if (runs > 0 && this.#answers === 0 && this.#tools.size === 0) missing.push('data sets: no turn of an agent');
    if (runs > 0 && this.#withUsage === 0)
      missing.push('costs: no token counts; those shown are estimated from the text');
    if (this.#notes.left > 0)
      missing.push(`needs: ${this.#notes.left} records were too many to be looked at for needs`);
    if (this.needs?.isFull) missing.push('needs: only the first 200,000 were looked at');
    return missing;
  }
}
