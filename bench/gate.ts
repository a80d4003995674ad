/**
 * How fast the gate judges, per runtime: candidates a second on two cores with a process each, cold and warm, with and
 * without mutants, and with pooled processes; the share of each stage; beside it the same candidates and tests through
 * plain child processes, one each, without walls or stages.
 * usage: gate.ts [--runtime typescript|python|all] [--candidates N] [--json]
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Candidate, type GateReport, type Language, languages } from '../src/gate/model.js';
import { candidates, plainProcess } from './gate-candidates.js';
import { atOnce, eachOf, home, mutantsJudged, never, open, rounded, runPooled, shares, timed } from './gate-work.js';

/** Enough that the start of the host weighs little. */
const usual: Record<Language, number> = { typescript: 200, python: 16 };

/** Judges them all in a gate of their own; the first judgement of a cold one waits for everything to be made. */
async function judged(list: readonly Candidate[], mutants: number) {
  const [first] = list;
  if (!first) throw new Error('--candidates must be 1 or more');
  const { gate, sandbox } = open(first.language, mutants);
  try {
    const cold = await timed(() => gate.judge(first, never));
    const warm = await timed(() => eachOf(list, (candidate) => gate.judge(candidate, never)));
    return { coldSeconds: cold.seconds, seconds: warm.seconds, reports: warm.result };
  } finally {
    await sandbox.close();
  }
}

async function pooledSeconds(list: readonly Candidate[], language: Language): Promise<number> {
  const { sandbox } = open(language, 0);
  try {
    const [first] = list;
    if (first) await runPooled(sandbox, first);
    const { seconds, result } = await timed(() => eachOf(list, (candidate) => runPooled(sandbox, candidate)));
    if (result.some((answered) => answered !== 3)) throw new Error('a candidate gave no answer');
    return seconds;
  } finally {
    await sandbox.close();
  }
}

function verdicts(reports: readonly GateReport[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verdict } of reports) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

async function measure(language: Language, count: number): Promise<Record<string, unknown>> {
  const list = candidates(language, count);
  const rate = (seconds: number): number => rounded(list.length / seconds);
  // The first gate of all makes what is kept in the data folder (the memory snapshot of Python).
  const first = await judged(list.slice(0, 1), 0);
  const plain = await judged(list, 0);
  const mutated = await judged(list, 60);
  const pooled = await pooledSeconds(list, language);
  const peer = await timed(() => eachOf(list, plainProcess));
  return {
    runtime: language,
    candidates: list.length,
    tests_each: 3,
    at_once: atOnce,
    first_ever_ms: rounded(first.coldSeconds * 1000),
    cold_ms: rounded(plain.coldSeconds * 1000),
    process_each_per_s: rate(plain.seconds),
    with_mutants_per_s: rate(mutated.seconds),
    mutation_costs_times: rounded(mutated.seconds / plain.seconds),
    mutants_per_s: rounded(mutantsJudged(mutated.reports) / mutated.seconds),
    pooled_per_s: rate(pooled),
    peer_plain_process_per_s: rate(peer.seconds),
    peer_passed: peer.result.filter(Boolean).length,
    ratio_to_peer: rounded(peer.seconds / plain.seconds),
    verdicts_without_mutants: verdicts(plain.reports),
    stage_share_without_mutants: shares(plain.reports),
    stage_share_with_mutants: shares(mutated.reports),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runtime: { type: 'string', default: 'all' },
      candidates: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const wanted = languages.filter((language) => values.runtime === 'all' || values.runtime === language);
  if (wanted.length === 0) throw new Error('--runtime is typescript, python or all');
  const all: Record<string, unknown>[] = [];
  for (const language of wanted) {
    const figures = await measure(language, Number(values.candidates ?? usual[language]));
    all.push(figures);
    if (values.json) continue;
    for (const [name, value] of Object.entries(figures))
      process.stdout.write(`${name.padEnd(30)} ${typeof value === 'object' ? JSON.stringify(value) : value}\n`);
    process.stdout.write('\n');
  }
  if (values.json) process.stdout.write(`${JSON.stringify(all.length === 1 ? all[0] : all)}\n`);
}

try {
  await main();
} finally {
  rmSync(home, { recursive: true, force: true });
}
