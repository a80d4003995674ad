/**
 * What induction is worth: skills are learnt from the accepted runs of one file and measured on those of another.
 * usage: induction.ts --train FILE --held-out FILE [--salt TEXT] [--json]
 *        induction.ts --data FILE [--salt TEXT] [--json]    (one file, halved by task)
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createSqliteStore } from '../db/sqlite/store.js';
import { isDestructiveName } from '../src/bridge/effects.js';
import { loadConfig } from '../src/config.js';
import { plainContext, systemClock } from '../src/context.js';
import { createEvidenceService } from '../src/evidence/evidence-service.js';
import type { RunTrace } from '../src/evidence/model.js';
import { type CorpusRun, corpusOf, foldOf, rejectedOf } from '../src/generate/induction/corpus.js';
import { coverageOf, freeTextTools } from '../src/generate/induction/coverage.js';
import { induce } from '../src/generate/induction/induce.js';
import { writeSkills } from '../src/generate/induction/spec-of.js';
import { silentLogger } from '../src/log.js';
import { createRoots } from '../src/roots.js';
import { createScoringService } from '../src/scoring/scoring-service.js';
import { peerLibrary, peerSaving, saving } from './induction-peer.js';

interface Runs {
  readonly accepted: readonly CorpusRun[];
  readonly rejected: readonly CorpusRun[];
}

/** The runs of a log, read and scored the way the program does it. */
async function runsOf(path: string): Promise<Runs> {
  const home = mkdtempSync(join(tmpdir(), 'bench-induction-'));
  const file = resolve(path);
  const config = loadConfig({}, { home, db: join(home, 'foundry.db'), roots: [home], readRoots: [dirname(file)] });
  const store = createSqliteStore(config.db);
  const common = { config, store, clock: systemClock, log: silentLogger };
  const roots = createRoots(config.roots, config.readRoots, home);
  const evidence = createEvidenceService({ ...common, roots });
  const scoring = createScoringService(common);
  try {
    const context = plainContext('cli');
    await evidence.importEvidence({ path: file }, context);
    const traces: RunTrace[] = [];
    for await (const trace of store.evidence.traces({})) traces.push(trace);
    const scores = await scoring.scoresOf(traces, context);
    return { accepted: corpusOf(traces, scores), rejected: rejectedOf(traces, scores) };
  } finally {
    await store.close();
    rmSync(home, { recursive: true, force: true });
  }
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1000) / 1000;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      train: { type: 'string' },
      'held-out': { type: 'string' },
      data: { type: 'string' },
      salt: { type: 'string', default: 'bench' },
      json: { type: 'boolean', default: false },
    },
  });
  const { salt } = values;
  let train: readonly CorpusRun[];
  let rejected: readonly CorpusRun[];
  let heldOut: readonly CorpusRun[];
  if (values.data !== undefined) {
    const all = await runsOf(values.data);
    const isIn = (half: number) => (run: CorpusRun) => foldOf(run.group, `${salt}:bench`, 2) === half;
    train = all.accepted.filter(isIn(0));
    rejected = all.rejected.filter(isIn(0));
    heldOut = all.accepted.filter(isIn(1));
  } else if (values.train !== undefined && values['held-out'] !== undefined) {
    ({ accepted: train, rejected } = await runsOf(values.train));
    heldOut = (await runsOf(values['held-out'])).accepted;
  } else {
    console.error('usage: induction.ts --train FILE --held-out FILE [--salt TEXT] [--json], or --data FILE');
    process.exitCode = 2;
    return;
  }
  const destructive = isDestructiveName;
  const started = performance.now();
  const induced = await induce(train, {
    salt,
    destructive,
    rejected,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  const written = writeSkills(
    induced.skills,
    train.map((run) => run.request),
    { maxTests: 4, destructive },
  );
  const seconds = (performance.now() - started) / 1000;
  const library = written.map((one) => one.skill.program);
  const leftOut = freeTextTools([...train, ...heldOut]);
  const strict = coverageOf(library, heldOut, { rule: 'strict', destructive, leftOut });
  const loose = coverageOf(library, heldOut, { rule: 'loose', destructive, leftOut });
  const peer = peerLibrary(train);
  const result = {
    train_runs: train.length,
    train_calls: induced.calls,
    held_out_runs: heldOut.length,
    held_out_calls: strict.calls,
    skills: written.length,
    coverage_strict: share(strict.covered, strict.calls),
    coverage_loose: share(loose.covered, loose.calls),
    occurrences: loose.occurrences,
    exact_replay: loose.occurrences === 0 ? 1 : share(loose.exact, loose.occurrences),
    calls_per_skill_call: share(
      loose.used.reduce((sum, one) => sum + one.occurrence.calls.length, 0),
      loose.skillCalls,
    ),
    ...saving(
      heldOut,
      loose.used.map((one) => one.occurrence),
      leftOut,
    ),
    peer_skills: peer.length,
    peer_written_saved: peerSaving(heldOut, peer, leftOut),
    seconds: Math.round(seconds * 100) / 100,
    peak_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  for (const { spec } of written) print(`  ${spec.name}: ${spec.summary}`);
  for (const [name, value] of Object.entries(result)) print(`${name.padEnd(22)} ${value}`);
  if (values.json) print(JSON.stringify(result));
}

await main();
