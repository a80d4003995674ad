import { join } from 'node:path';
import type { Services } from '../services.js';
import { jsonLines, writeWhole } from './files.js';

const summed = [
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'prompt_chars',
  'completion_chars',
  'cost_usd',
] as const;

type Totals = Record<'calls' | 'cached' | 'failed' | (typeof summed)[number], number>;

const nothing = (): Totals => ({
  calls: 0,
  cached: 0,
  failed: 0,
  prompt_tokens: 0,
  completion_tokens: 0,
  total_tokens: 0,
  prompt_chars: 0,
  completion_chars: 0,
  cost_usd: 0,
});

/** Writes the model calls since a time, one a line, and their totals per stage. */
export async function writeUsage(services: Services, out: string, since: string): Promise<void> {
  const calls = services.store.exists() ? await services.store.modelCalls.list(1_000_000, since) : [];
  const rows = calls.map(({ request_hash: _, response: __, ...row }) => row);
  const stages = new Map<string, Totals>();
  for (const row of rows) {
    const totals = stages.get(row.stage) ?? nothing();
    stages.set(row.stage, totals);
    totals.calls += 1;
    totals.cached += row.cached ? 1 : 0;
    totals.failed += row.error === null ? 0 : 1;
    for (const name of summed) totals[name] += row[name] ?? 0;
  }
  await writeWhole(join(out, 'llm_usage.jsonl'), jsonLines(rows));
  const summary = { calls: rows.length, stages: Object.fromEntries(stages) };
  await writeWhole(join(out, 'llm_usage_summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
}
