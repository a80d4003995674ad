import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { WorkContext } from '../context.js';
import { receipted } from '../receipts/receipted.js';
import { reviewQueue, type Waiting } from '../scoring/review-queue.js';
import type { Services } from '../services.js';
import { keyAnswers, lineAnswers } from './answers.js';
import { fitted } from './columns.js';
import {
  type Command,
  type CommandContext,
  type ExitCode,
  endProgress,
  table,
  UsageError,
  workContext,
  wrapText,
} from './io.js';
import { ReviewSession } from './review-session.js';

const narrowest = 40;
const widest = 120;

function listed(queue: readonly Waiting[]): string {
  const rows = queue.map(({ run, reasons }, at) => [
    at + 1,
    run.run_id,
    fitted(`${run.source} ${run.task_id ?? ''}`, 18),
    wrapText([...new Set(reasons.map((reason) => reason.marker))].join(' '), 32),
  ]);
  return rows.length === 0 ? 'No run waits for a person.\n' : table(['', 'run', 'source, task', 'markers'], rows);
}

/** The list judges nothing: without this it would say that none waits where none was looked at. */
async function unjudged({ store, scoring }: Services): Promise<string> {
  const some = store.exists() ? await store.scores.unscored(scoring.version, 1) : [];
  return some.length === 0 ? '' : 'Some runs were not judged yet and may wait as well: score --all judges them.\n';
}

function asJson(queue: readonly Waiting[]): string {
  const waiting = queue.map(({ run, reasons, likeness, group }) => ({
    run_id: run.run_id,
    source: run.source,
    task_id: run.task_id,
    group,
    likeness,
    reasons,
  }));
  return `${JSON.stringify({ waiting })}\n`;
}

async function decide(
  context: CommandContext,
  services: Services,
  queue: readonly Waiting[],
  work: WorkContext,
): Promise<ReviewSession> {
  const isScreen = context.stdin.isTTY === true && process.stdout.isTTY === true;
  const answers = isScreen
    ? keyAnswers(context.stdin, context.signal, context.out)
    : lineAnswers(context.stdin, context.signal);
  const columns = Math.max(narrowest, Math.min(widest, process.stdout.columns ?? 80));
  const session = new ReviewSession(services, queue, { answers, out: context.out, isScreen, columns, work });
  try {
    await session.run();
  } finally {
    answers.close();
  }
  return session;
}

async function review(context: CommandContext, services: Services, source: string | undefined): Promise<ExitCode> {
  const work = workContext(context, 'review');
  // What was never scored, or scored by other rules, is judged first: it may wait for a person as well.
  if (services.store.exists()) await services.scoring.scoreRuns({ all_unscored: true }, work);
  const queue = await reviewQueue(services.store, { source }, work);
  endProgress(context);
  if (queue.length === 0) {
    context.out('No run waits for a person.\n');
    return 0;
  }
  const session = await receipted(services, {
    command: 'review',
    arguments: source === undefined ? {} : { source },
    via: 'cli',
    work: () => decide(context, services, queue, work),
    tell: ({ counts }) => ({ counts, recordCounts: { in: queue.length, out: counts['decided'] ?? 0 } }),
  });
  return session.wasInterrupted || context.signal.aborted ? 130 : 0;
}

export const reviewCommand: Command = {
  summary: 'show the runs that wait for a person, and take verdicts',
  usage: `capability-foundry review [--source LABEL] [--rules FILE]
capability-foundry review --list [--source LABEL] [--rules FILE] [--json]

  In a terminal one key is a verdict; from a pipe, a line:
  a accepted   p partially accepted   r rejected   s skip   m show the whole run
  n note (the reason of the verdict)  u undo the last verdict   q quit   ? help
  In lines a reason may follow: "r the refund went to the wrong card".`,
  async run(context) {
    const { values } = parseArgs({
      args: [...context.args],
      options: {
        source: { type: 'string' },
        rules: { type: 'string' },
        list: { type: 'boolean' },
        json: { type: 'boolean' },
      },
    });
    if (values.json && !values.list) throw new UsageError('--json goes with --list.');
    const overrides = values.rules === undefined ? {} : { scorerRules: resolve(values.rules) };
    const services = context.services({ overrides });
    if (!values.list) return review(context, services, values.source);
    const queue = await reviewQueue(services.store, { source: values.source }, workContext(context, 'review'));
    endProgress(context);
    context.out(values.json ? asJson(queue) : `${listed(queue)}${await unjudged(services)}`);
    return 0;
  },
};
