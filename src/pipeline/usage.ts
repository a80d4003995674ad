import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { ModelCall } from '../models/model.js';
import type { Services } from '../services.js';
import { jsonLines, parseLines, readJsonLines, readState, writeState, writeWhole } from './files.js';

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

const usageFile = 'llm_usage.jsonl';
const count = z.number().nullable();
const usageRow = z.looseObject({
  stage: z.string(),
  cached: z.boolean(),
  error: z.string().nullable(),
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_chars: count,
  completion_chars: count,
  cost_usd: count,
});
type UsageRow = z.infer<typeof usageRow>;

/** Notes that calls are made from now on. Where a run died before it wrote its calls, the note it left stays. */
export async function startUsage(services: Services, out: string): Promise<void> {
  const { usage_since } = await readState(out);
  await writeState(out, { usage_since: usage_since ?? services.clock.now() });
}

/** Adds the model calls since `startUsage`, one a line, to those that were made for this folder before, and sums them up. */
export async function writeUsage(services: Services, out: string): Promise<void> {
  const { usage_since: since } = await readState(out);
  const path = join(out, usageFile);
  const calls = services.store.exists() ? await services.store.modelCalls.list(1_000_000, since) : [];
  const rows = [...(await earlier(path)), ...calls.map(rowOf)];
  await writeWhole(path, jsonLines(rows));
  await writeState(out, { usage_since: undefined });
  const stages = new Map<string, Totals>();
  const all = nothing();
  for (const row of rows) {
    const stage = stages.get(row.stage) ?? nothing();
    stages.set(row.stage, stage);
    for (const totals of [all, stage]) add(totals, row);
  }
  const summary = { ...all, stages: Object.fromEntries(stages) };
  await writeWhole(join(out, 'llm_usage_summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
}

function rowOf({ request_hash: _, response: __, ...row }: ModelCall): UsageRow {
  return row;
}

async function earlier(path: string): Promise<UsageRow[]> {
  if (!existsSync(path)) return [];
  return parseLines(usageRow, await readJsonLines(path, 'pipeline'), path).map(({ row }) => row);
}

/** A refusal is an answer, kept with a word in `error`: only a call without any answer has failed. */
function add(totals: Totals, row: UsageRow): void {
  totals.calls += 1;
  totals.cached += row.cached ? 1 : 0;
  totals.failed += row.error === null || row.error === 'refused' ? 0 : 1;
  for (const name of summed) totals[name] += row[name] ?? 0;
}
