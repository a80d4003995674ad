import { parseArgs } from 'node:util';
import { categories } from '../scoring/model.js';
import { type Command, oneOf, table, UsageError, workContext } from './io.js';

export const scoreCommand: Command = {
  summary: 'judge runs, with reasons, without a model',
  usage:
    'capability-foundry score [RUN...] [--source LABEL] [--all] [--limit N] [--json]\ncapability-foundry score RUN --override CATEGORY --reason TEXT',
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
        json: { type: 'boolean' },
      },
    });
    const services = context.services();
    const work = workContext(context, 'score');
    if (values.override !== undefined) {
      const [run] = positionals;
      const category = oneOf(values.override, 'override', categories);
      if (!run || positionals.length !== 1 || !category || !values.reason)
        throw new UsageError('An override takes one RUN, a category and a --reason.');
      await services.scoring.override(run, category, values.reason, work);
      context.out(`${run} is now ${category}: ${values.reason}\n`);
      return 0;
    }
    if (positionals.length === 0 && !values.source && !values.all)
      throw new UsageError('Name runs, a --source, or --all.');
    const result = await services.scoring.scoreRuns(
      {
        ...(positionals.length > 0
          ? { run_ids: positionals }
          : values.source
            ? { source: values.source }
            : { all_unscored: true }),
        limit: 50,
      },
      work,
    );
    if (values.json) context.out(`${JSON.stringify(result)}\n`);
    else {
      context.out(table(['category', 'runs'], Object.entries(result.by_category)));
      context.out(
        table(
          ['run', 'category', 'reasons'],
          result.runs.map((run) => [run.run_id, run.category, run.reasons.join('; ').slice(0, 90)]),
        ),
      );
      context.out(`scored ${result.scored} runs with ${result.scorer_version}; receipt ${result.receipt_id}\n`);
    }
    return 0;
  },
};
