import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { categories } from '../scoring/model.js';
import {
  type Command,
  type CommandContext,
  endProgress,
  oneOf,
  table,
  UsageError,
  wholeNumber,
  workContext,
} from './io.js';

interface Options {
  readonly source?: string | undefined;
  readonly all?: boolean | undefined;
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
  readonly rules?: string | undefined;
  readonly override?: string | undefined;
  readonly reason?: string | undefined;
  readonly json?: boolean | undefined;
}

export const scoreCommand: Command = {
  summary: 'judge runs, with reasons, without a model',
  usage:
    'capability-foundry score [RUN...] [--source LABEL] [--all] [--limit 50] [--cursor C] [--rules FILE] [--json]\ncapability-foundry score RUN... --override CATEGORY --reason TEXT [--json]',
  async run(context) {
    const { values, positionals } = parseArgs({
      args: [...context.args],
      allowPositionals: true,
      options: {
        source: { type: 'string' },
        all: { type: 'boolean' },
        override: { type: 'string' },
        reason: { type: 'string' },
        limit: { type: 'string' },
        cursor: { type: 'string' },
        rules: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
    if (values.override !== undefined) await override(context, positionals, values);
    else await score(context, positionals, values);
    return 0;
  },
};

async function override(context: CommandContext, named: readonly string[], options: Options): Promise<void> {
  const runs = [...new Set(named)];
  const category = oneOf(options.override, 'override', categories);
  const { reason } = options;
  const others = [options.source, options.all, options.limit, options.cursor, options.rules].some(
    (one) => one !== undefined,
  );
  if (runs.length === 0 || others || !category || !reason)
    throw new UsageError('An override takes the ids of its runs, a category and a --reason.');
  const word = { category, reason };
  await context.services().scoring.overrideAll(runs, word, workContext(context, 'score'));
  if (options.json) for (const run_id of runs) context.out(`${JSON.stringify({ run_id, ...word })}\n`);
  else for (const run of runs) context.out(`${run} is now ${category}: ${reason}\n`);
}

async function score(context: CommandContext, runs: readonly string[], options: Options): Promise<void> {
  const limit = wholeNumber(options.limit, 'limit', { min: 1, max: 50 }) ?? 50;
  const { source, cursor } = options;
  const ways = [runs.length > 0, source !== undefined, options.all === true].filter(Boolean).length;
  if (ways !== 1) throw new UsageError('Name runs, or a --source, or --all.');
  const which = source !== undefined ? { source } : options.all ? { all_unscored: true } : { run_ids: [...runs] };
  const overrides = options.rules === undefined ? {} : { scorerRules: resolve(options.rules) };
  const result = await context
    .services({ overrides })
    .scoring.scoreRuns({ ...which, limit, ...(cursor !== undefined && { cursor }) }, workContext(context, 'score'));
  endProgress(context);
  if (options.json) {
    context.out(`${JSON.stringify(result)}\n`);
    return;
  }
  context.out(`${table(['category', 'runs'], Object.entries(result.by_category))}\n`);
  const rows = result.runs.map((run) => [run.run_id, run.category, run.reasons.join('; ')]);
  if (rows.length > 0) context.out(`${table(['run', 'category', 'reasons'], rows)}\n`);
  context.out(`scored ${result.scored} runs with ${result.scorer_version}; receipt ${result.receipt_id}\n`);
  if (result.next_cursor !== undefined)
    context.out(`${rows.length} are shown; the next: the same command with --cursor ${result.next_cursor}\n`);
}
