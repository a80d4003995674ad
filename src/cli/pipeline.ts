import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { WorkContext } from '../context.js';
import type { JsonObject } from '../json.js';
import { cluster } from '../pipeline/clusters.js';
import { writeWhole } from '../pipeline/files.js';
import { type Journal, openJournal } from '../pipeline/journal.js';
import { generate } from '../pipeline/library.js';
import type { PipelineOptions } from '../pipeline/options.js';
import { propose, reuseSpecs, type SpecOutcome } from '../pipeline/specs.js';
import { startUsage, writeUsage } from '../pipeline/usage.js';
import { cleanFailure } from '../receipts/receipted.js';
import { fileRef, storeReceipt } from '../receipts/receipts.js';
import type { Services } from '../services.js';
import type { GenerateResult } from '../specs/contract.js';
import { type Command, type CommandContext, endProgress, table, workContext } from './io.js';
import { parsePipelineOptions, pipelineUsage } from './pipeline-options.js';

interface Counts {
  /** Not known where specs of an earlier run are used. */
  acts?: number;
  clusters?: number;
  specs: number;
  skipped: number;
  admitted: number;
  refused: number;
}

interface Ran {
  readonly counts: Counts;
  readonly skipped: SpecOutcome['skipped'];
  readonly results: readonly GenerateResult[];
}

export const pipelineCommand: Command = {
  summary: 'run the stages without an MCP client: cluster, spec, codegen',
  usage: pipelineUsage,
  async run(context) {
    const parsed = parsePipelineOptions(context.args);
    const options = { ...parsed, out: resolve(parsed.out) };
    const services = context.services({
      overrides: {
        ...(options.llmModel && { chatModel: options.llmModel }),
        ...(options.embedModel && { embedModel: options.embedModel, embeddings: 'openai' as const }),
        ...(options.llmDebugDir && { llmDebugDir: resolve(options.llmDebugDir) }),
      },
    });
    const started = { at: services.clock.now(), ms: services.clock.elapsed() };
    const journal = await openJournal(options.out, services.clock);
    await startUsage(services, options.out);
    await journal.event('started', options.stage);
    try {
      const ran = await runStages(services, options, journal, (stage) => workContext(context, stage));
      await writeUsage(services, options.out);
      await writeReceipt(services, options, { counts: { ...ran.counts }, errors: [] }, started);
      endProgress(context);
      show(context, options, ran);
      if (!options.json && ran.counts.specs === 0 && ran.skipped.length > 0) context.out(await waiting(services));
      return 0;
    } catch (error) {
      await writeUsage(services, options.out);
      await journal.event(context.signal.aborted ? 'interrupted' : 'failed', options.stage);
      // Where even that fails (a full disk), why the work failed matters more.
      await cleanFailure(services, error)
        .then((told) => writeReceipt(services, options, { counts: {}, errors: [told] }, started))
        .catch(() => undefined);
      throw error;
    }
  },
};

async function runStages(
  services: Services,
  options: PipelineOptions,
  journal: Journal,
  work: (stage: string) => WorkContext,
): Promise<Ran> {
  let counts: Counts = { specs: 0, skipped: 0, admitted: 0, refused: 0 };
  let specs: SpecOutcome | undefined;
  if (options.reuseSpecs) specs = await reuseSpecs(services, options, work('spec'));
  else {
    const { clusteringId, ...found } = await cluster(services, options, work('cluster'));
    counts = { acts: found.acts, clusters: found.clusters, ...counts };
    await journal.event('done', 'cluster', found);
    if (options.stage === 'cluster') return { counts, skipped: [], results: [] };
    specs = await propose(services, options, clusteringId, work('spec'));
  }
  counts.specs = specs.proposed;
  counts.skipped = specs.skipped.length;
  for (const { cluster_id, reason } of specs.skipped) await journal.event('skipped', 'spec', { cluster_id, reason });
  await journal.event('done', 'spec', { specs: counts.specs, skipped: counts.skipped });
  const { skipped } = specs;
  if (options.stage === 'spec') return { counts, skipped, results: [] };

  const results = await generate(services, options, specs.specIds, work('codegen'));
  counts.admitted = results.filter((result) => result.status === 'admitted').length;
  counts.refused = results.length - counts.admitted;
  for (const result of results) {
    await journal.event(result.status, 'codegen', {
      name: result.name,
      attempts: result.attempts,
      reason: result.reasons[0] ?? '',
    });
  }
  await journal.event('done', 'codegen', { admitted: counts.admitted, refused: counts.refused });
  return { counts, skipped, results };
}

async function writeReceipt(
  services: Services,
  options: PipelineOptions,
  ended: { readonly counts: Readonly<Record<string, number>>; readonly errors: readonly string[] },
  started: { at: string; ms: number },
): Promise<void> {
  const written = await readdir(options.out, { recursive: true, withFileTypes: true });
  const outputs = written
    .filter(
      (entry) => entry.isFile() && !['progress.log', 'progress_events.jsonl', 'receipt.json'].includes(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const { json: _, ...shown } = options;
  const receipt = await storeReceipt(services.store.receipts, services.clock, {
    command: 'pipeline',
    arguments: Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined)) as JsonObject,
    outputs: await Promise.all(outputs.map((path) => fileRef(path, path.slice(options.out.length + 1)))),
    counts: ended.counts,
    errors: ended.errors,
    startedAt: started.at,
    startedMs: started.ms,
    via: 'cli',
  });
  await writeWhole(join(options.out, 'receipt.json'), `${JSON.stringify(receipt, null, 2)}\n`);
}

function show(context: CommandContext, options: PipelineOptions, { counts, skipped, results }: Ran): void {
  if (options.json) {
    const { stage, out } = options;
    context.out(`${JSON.stringify({ stage, out, ...counts, skipped_clusters: skipped, results })}\n`);
    return;
  }
  if (results.length > 0) {
    const rows = results.map((result) => [result.name, result.status, result.reasons[0] ?? '']);
    context.out(`${table(['capability', 'verdict', 'why'], rows)}\n`);
  }
  if (skipped.length > 0) context.out(`${table(['skipped', 'why'], skippedRows(skipped))}\n`);
  context.out(`${table(['', ''], Object.entries(counts))}\nwritten to ${options.out}\n`);
}

/** Whoever has recorded runs and judged none is told how to go on. */
async function waiting({ store }: Services): Promise<string> {
  const runs = await store.evidence.countRuns({ category: 'needs_human_review', without_executions: true });
  if (runs === 0) return '';
  const who = runs === 1 ? '1 run waits' : `${runs} runs wait`;
  return `${who} for a person's word, and only accepted runs are learnt from: capability-foundry review\n`;
}

const mostReasons = 10;

/** Clusters by reason, the commonest first; progress_events.jsonl has each of them. */
function skippedRows(skipped: SpecOutcome['skipped']): [number, string][] {
  const counts = new Map<string, number>();
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const rows = [...counts].map(([reason, count]): [number, string] => [count, reason]).sort((a, b) => b[0] - a[0]);
  const rest = rows.slice(mostReasons).reduce((sum, [count]) => sum + count, 0);
  return rest === 0 ? rows : [...rows.slice(0, mostReasons), [rest, 'for other reasons: see progress_events.jsonl']];
}
