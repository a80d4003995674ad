import type * as z from 'zod';
import type { inventory } from './contract.js';
import type { EvidenceRecord, Run } from './model.js';
import { failureOf } from './trace.js';

type Inventory = z.infer<typeof inventory>;

const maxTools = 200;
/** Calls that wait for a result are forgotten beyond this many, so that a log without results costs no memory. */
const maxWaiting = 10_000;

/** Counts what logs hold, record by record. */
export class InventoryCounter {
  readonly #formats: Record<string, number> = {};
  readonly #runs = new Set<string>();
  readonly #tasks = new Set<string>();
  readonly #tools = new Map<string, { calls: number; failures: number }>();
  readonly #outcomes: Record<string, number> = {};
  readonly #waiting = new Map<string, string>();
  #withOutcome = 0;
  #withTime = 0;
  #declaredTools = 0;

  file(format: string): void {
    this.#formats[format] = (this.#formats[format] ?? 0) + 1;
  }

  declared(count: number): void {
    this.#declaredTools += count;
  }

  see(run: Run, records: readonly EvidenceRecord[]): void {
    if (!this.#runs.has(run.run_id)) {
      this.#runs.add(run.run_id);
      if (run.started_at !== null) this.#withTime += 1;
    }
    if (run.task_id !== null) this.#tasks.add(run.task_id);
    for (const record of records) this.#record(run.run_id, record);
  }

  #record(runId: string, record: EvidenceRecord): void {
    if (record.outcome) {
      const key = `${record.outcome.kind} ${JSON.stringify(record.outcome.value).slice(0, 40)}`;
      this.#outcomes[key] = (this.#outcomes[key] ?? 0) + 1;
      this.#withOutcome += 1;
    }
    for (const call of record.tool_calls) {
      this.#tool(call.name).calls += 1;
      if (call.id !== null && this.#waiting.size < maxWaiting) this.#waiting.set(`${runId} ${call.id}`, call.name);
    }
    const result = record.tool_result;
    if (!result) return;
    const key = `${runId} ${result.call_id}`;
    const name = result.name ?? this.#waiting.get(key);
    this.#waiting.delete(key);
    if (name !== undefined && failureOf(result) !== null) this.#tool(name).failures += 1;
  }

  #tool(name: string): { calls: number; failures: number } {
    const tool = this.#tools.get(name) ?? { calls: 0, failures: 0 };
    this.#tools.set(name, tool);
    return tool;
  }

  get runs(): number {
    return this.#runs.size;
  }

  result(): Inventory {
    const tools = [...this.#tools].map(([name, counts]) => ({ name, ...counts }));
    tools.sort((a, b) => b.calls - a.calls || (a.name < b.name ? -1 : 1));
    const missing: string[] = [];
    if (this.#withOutcome < this.#runs.size) missing.push('outcomes: some runs say nothing about how they ended');
    if (tools.length === 0) missing.push('tool calls: there is nothing to learn skills from');
    if (tools.length > 0 && this.#declaredTools === 0) {
      missing.push('tool definitions: schemas are inferred from recorded arguments');
    }
    if (this.#withTime < this.#runs.size) missing.push('timestamps: runs cannot be filtered by their own time');
    if (this.#tasks.size === 0) missing.push('task ids: attempts at one task cannot be compared');
    return {
      formats: this.#formats,
      runs: this.#runs.size,
      tasks: this.#tasks.size,
      tools: tools.slice(0, maxTools),
      outcomes: this.#outcomes,
      missing,
    };
  }
}
