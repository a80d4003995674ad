import { expect } from 'vitest';
import type { RunTrace } from '../../../src/evidence/model.js';
import { type CorpusRun, corpusRun } from '../../../src/generate/induction/corpus.js';
import { induce } from '../../../src/generate/induction/induce.js';
import { type WrittenSkill, writeSkills } from '../../../src/generate/induction/spec-of.js';
import { dice } from './planted.js';
import { type Event, traceOf } from './traces.js';

export type Roll = () => number;

export const number = (roll: Roll, below: number): number => Math.floor(roll() * below);
export const id = (roll: Roll, prefix: string): string => `${prefix}-${100_000 + number(roll, 900_000)}`;
export const some = <T>(roll: Roll, least: number, make: () => T): T[] =>
  Array.from({ length: least + number(roll, 4) }, make);

/** The events of one run of a family. */
export type Family = (roll: Roll) => Event[];

/** A call that has nothing to do with the rest, or one that fails before it is made again. */
function noisy(roll: Roll, events: readonly Event[], noise: number): Event[] {
  return events.flatMap((event) => {
    if ('user' in event || roll() >= noise) return [event];
    if (roll() < 0.5) return [{ ...event, result: 'Error: try again', failed: true }, event];
    const looked = { tool: 'read_manual', args: { topic: id(roll, 'topic') }, result: { pages: [id(roll, 'page')] } };
    return [looked, event];
  });
}

interface Planting {
  readonly runs: number;
  readonly seed: number;
  readonly noise: number;
}

function runsOf(name: string, family: Family, { runs, seed, noise }: Planting): RunTrace[] {
  const roll = dice(seed);
  return Array.from({ length: runs }, (_, at) => {
    const place = `${name}_${String(at).padStart(5, '0')}`;
    return traceOf(`run_${place}`, `task_${place}`, noisy(roll, family(roll), noise));
  });
}

/** What was learnt of runs of some families. */
export interface Learnt {
  readonly written: readonly WrittenSkill[];
  /** the skill that covers a share of the runs of a family that make more than one call, usually all */
  readonly skillFor: (name: string, share?: number) => WrittenSkill;
}

export async function learnt(
  families: Readonly<Record<string, Family>>,
  destructive: (tool: string) => boolean,
  planting: Planting,
): Promise<Learnt> {
  const corpus: CorpusRun[] = Object.entries(families).flatMap(([name, family]) =>
    runsOf(name, family, planting).map(corpusRun),
  );
  const signal = new AbortController().signal;
  const induced = await induce(corpus, { salt: 'salt', destructive, signal, progress: () => undefined });
  const requests = corpus.map((run) => run.request);
  const written = writeSkills(induced.skills, requests, { maxTests: 4, destructive });
  const skillFor = (name: string, share = 1): WrittenSkill => {
    const runs = corpus.filter((run) => run.runId.startsWith(`run_${name}_`));
    const due = runs.filter((run) => run.calls.filter((call) => call.tool !== 'read_manual').length > 1);
    const found = written.find(({ skill }) => {
      const covered = new Set(skill.own.filter((one) => one.strict).map((one) => one.run.runId));
      return due.filter((run) => covered.has(run.runId)).length >= due.length * share;
    });
    return found ?? expect.fail(`nothing learnt of ${name}`);
  };
  return { written, skillFor };
}
