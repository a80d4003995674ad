import { parseArgs } from 'node:util';
import { FoundryError } from '../errors.js';
import type { Run, RunTrace } from '../evidence/model.js';
import {
  type ArgumentSource,
  type ExplainedArgument,
  type ExplainedCall,
  type ExplainedRun,
  explainRun,
} from '../generate/induction/explain.js';
import type { JsonValue } from '../json.js';
import { plural } from '../plural.js';
import type { Services } from '../services.js';
import { oneLine } from '../visible.js';
import { type Command, UsageError, wrapText } from './io.js';

/** So many runs of the same source are looked at. */
const comparedRuns = 100;
const width = 80;
const maxSourceChars = 300;

/** The run itself, and others of its source. @throws FoundryError not_found */
async function tracesFor(services: Services, runId: string): Promise<{ trace: RunTrace; others: RunTrace[] }> {
  const { store } = services;
  const trace = store.exists() ? await store.evidence.getTrace(runId) : undefined;
  if (!trace) {
    const near = store.exists() ? await store.evidence.idsStartingWith('run', runId.slice(0, 8), 3) : [];
    const fix = near.length > 0 ? `Ids that come close: ${near.join(', ')}.` : await someRuns(services);
    throw new FoundryError('not_found', `No run has the id ${oneLine(runId).slice(0, 80)}.`, fix);
  }
  const others: RunTrace[] = [];
  for (const { run_id } of await store.evidence.listRuns({ source: trace.run.source }, comparedRuns)) {
    const other = await store.evidence.getTrace(run_id);
    if (other) others.push(other);
  }
  return { trace, others };
}

const shownRuns = 3;

/** Ids to go on with, where the one that was given is like none. */
async function someRuns({ store }: Services): Promise<string> {
  const runs = store.exists() ? await store.evidence.listRuns({}, shownRuns) : [];
  if (runs.length === 0) return 'There are no runs: import logs, or record a server.';
  return `Runs there are: ${runs.map((one) => one.run_id).join(', ')}; the resource evidence://runs lists all.`;
}

function clipped(text: string, room: number): string {
  const line = oneLine(text);
  return line.length > room ? `${line.slice(0, Math.max(0, room - 3))}...` : line;
}

const shown = (value: JsonValue, room: number): string => clipped(JSON.stringify(value), room);

function sourceText(source: ArgumentSource): string {
  if (source.kind === 'result') {
    const change = source.change === undefined ? '' : `, ${source.change}`;
    return `result of call ${source.call}: ${source.path}${change}`;
  }
  if (source.kind === 'argument') return `argument of call ${source.call}: ${source.argument}`;
  if (source.kind === 'user') return `the user's words, turn ${source.turn}`;
  if (source.kind === 'constant') return 'always the same';
  return 'what came before, within a text or part by part';
}

/** A source on as many lines as it needs: sources that differ only at their end must be told apart. */
function sourceLines(source: ArgumentSource, place: number): string[] {
  const share = source.of > 1 ? `  (${source.runs} of ${source.of} runs)` : '';
  const start = place === 0 ? '      from ' : '        or ';
  const text = clipped(sourceText(source), maxSourceChars);
  if (start.length + text.length + share.length <= width) return [start + text + share];
  const [first = '', ...rest] = wrapText(text.replace(/\S{60}/g, '$& '), width - start.length - share.length).split(
    '\n',
  );
  const lines = [start + first, ...rest.map((line) => ' '.repeat(start.length) + line)];
  return lines.map((line, at) => (at === lines.length - 1 ? line + share : line));
}

function argumentLines({ name, value, sources }: ExplainedArgument): string[] {
  const start = `    ${clipped(name, 30)} = `;
  const lines = sources.flatMap(sourceLines);
  return [
    start + shown(value, width - start.length),
    ...(lines.length > 0 ? lines : ['      from nowhere that the log shows']),
  ];
}

function callLines(call: ExplainedCall): string[] {
  const failed = call.failed ? '  (failed)' : '';
  const start = `${String(call.number).padStart(2)}. `;
  const head = start + clipped(call.tool, width - start.length - failed.length) + failed;
  const args = call.arguments?.flatMap(argumentLines) ?? ['    arguments that could not be read'];
  const result = call.result === undefined ? '    => no result in the log' : `    => ${shown(call.result, width - 7)}`;
  return [head, ...args, result];
}

const maxTurnLines = 8;

/** A word that is wider than the page is broken. */
function turnLines(text: string, number: number): string[] {
  const words = oneLine(text).replace(/\S{70}/g, '$& ');
  const lines = wrapText(`user, turn ${number}: ${words}`, width - 2).split('\n');
  const kept = lines.length > maxTurnLines ? [...lines.slice(0, maxTurnLines - 1), '...'] : lines;
  return kept.map((line, at) => (at === 0 ? line : `  ${line}`));
}

function report(run: Run, category: string, explained: ExplainedRun): string {
  const { turns, calls, compared } = explained;
  const all = calls.flatMap((call) => call.arguments ?? []);
  const known = all.filter((one) => one.sources.length > 0).length;
  const lines = [
    clipped(`${run.run_id}  ${run.source}  ${category}`, width),
    `${plural(calls.length, 'call')}, ${known} of ${plural(all.length, 'argument')} with a source; compared with ${plural(compared - 1, 'other run')}`,
  ];
  if (turns.length === 0) lines.push('The log holds nothing that a person said.');
  let turn = 0;
  for (const call of calls) {
    for (; turn < call.turn; turn += 1) lines.push('', ...turnLines(turns[turn] ?? '', turn + 1));
    lines.push('', ...callLines(call));
  }
  for (; turn < turns.length; turn += 1) lines.push('', ...turnLines(turns[turn] ?? '', turn + 1));
  return `${lines.join('\n')}\n`;
}

export const explainCommand: Command = {
  summary: 'show a run, and where each argument of its calls came from',
  usage: `capability-foundry explain RUN [--json]

Sources are compared over runs of the same source (at most ${comparedRuns}): what
holds in most of them comes first.`,
  async run(context) {
    const { values, positionals } = parseArgs({
      args: [...context.args],
      allowPositionals: true,
      options: { json: { type: 'boolean' } },
    });
    const [runId] = positionals;
    if (runId === undefined || positionals.length !== 1) throw new UsageError('Name one run.');
    const services = context.services();
    const { trace, others } = await tracesFor(services, runId);
    const explained = explainRun(trace, others);
    const score = (await services.store.scores.effective([runId])).get(runId)?.category ?? null;
    if (values.json) {
      context.out(`${JSON.stringify({ run_id: runId, source: trace.run.source, category: score, ...explained })}\n`);
    } else context.out(report(trace.run, score ?? 'not scored', explained));
    return 0;
  },
};
