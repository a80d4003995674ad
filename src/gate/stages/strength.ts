import type { JsonObject } from '../../json.js';
import { passingBaselines } from '../baselines.js';
import { type Finding, type Judgement, placedTests, type Stage } from '../judgement.js';
import { type Fate, judgeMutants, type MutantVerdict } from '../mutation/judge-mutants.js';
import { mutantsOf } from '../mutation/mutants.js';
import { probesFrom } from '../probes/probes.js';

/** Code that has fewer faults to make than this is judged by the baselines alone. */
export const minMutants = 5;
const probeCount = 48;
const maxListed = 10;

interface Score {
  readonly total: number;
  readonly judged: number;
  readonly killed: number;
  readonly equivalent: number;
  /** judged, without the equivalent ones */
  readonly counted: number;
  readonly survivors: readonly string[];
}

function lineOf({ mutant }: MutantVerdict): string {
  return `line ${mutant.line}: ${mutant.description} (${mutant.operator}); write a test that tells the two apart`;
}

function scoreOf(verdicts: readonly MutantVerdict[], total: number): Score {
  const having = (fate: Fate): MutantVerdict[] => verdicts.filter((verdict) => verdict.fate === fate);
  const judged = verdicts.length - having('invalid').length;
  const equivalent = having('equivalent').length;
  return {
    total,
    judged,
    killed: having('killed').length,
    equivalent,
    counted: judged - equivalent,
    survivors: having('survived').map(lineOf),
  };
}

function rounded(share: number): number {
  return Math.round(share * 1000) / 1000;
}

function evidenceOf(score: Score, rate: number): JsonObject {
  const { total, judged, killed, equivalent, counted } = score;
  return {
    total,
    judged,
    killed,
    equivalent,
    kill_rate: counted === 0 ? null : rounded(killed / counted),
    required: rate,
  };
}

/** What the mutants say: failed, too few to say anything, or passed. */
function findingOf(score: Score, options: { tests: number; rate: number; outOfTime: boolean }): Finding {
  const { counted, killed, survivors } = score;
  const { tests, rate } = options;
  const mutants = evidenceOf(score, rate);
  const evidence = { baselines_passing: [], mutants, survivors: survivors.slice(0, maxListed) };
  if (counted < minMutants) {
    if (options.outOfTime)
      return {
        status: 'inconclusive',
        checked: tests,
        reasons: [`only ${score.judged} mutants could be judged in the time given: raise gate.mutation_time_ms`],
        evidence,
      };
    const note = `judged by baselines alone: ${counted} mutants differ from the code, fewer than ${minMutants}`;
    return { status: 'passed', checked: tests, reasons: [], evidence: { ...evidence, note } };
  }
  if (killed >= rate * counted) return { status: 'passed', checked: tests, reasons: [], evidence };
  const percent = `${Math.floor((100 * killed) / counted)}%`;
  const more = survivors.length > maxListed ? [`and ${survivors.length - maxListed} more`] : [];
  return {
    status: 'failed',
    checked: tests,
    reasons: [
      `the tests notice ${killed} of ${counted} small faults put into the code (${percent}; at least ${Math.round(rate * 100)}% are wanted)`,
      ...survivors.slice(0, maxListed),
      ...more,
    ],
    evidence,
  };
}

async function run(judgement: Judgement): Promise<Finding> {
  const { candidate, settings, clock, signal, timeoutMs, inputSchema } = judgement;
  const tests = placedTests(candidate).map(({ test }) => test);
  const passing = passingBaselines(tests);
  if (passing.length > 0)
    return {
      status: 'failed',
      checked: tests.length,
      reasons: passing.map(
        (name) => `code that does no work passes every test (baseline "${name}"): add tests whose answers differ`,
      ),
      evidence: { baselines_passing: passing, mutants: { status: 'not_run', reason: 'a baseline passes already' } },
    };
  const rate = settings.mutationKillRate;
  if (settings.mutants === 0 || candidate.language !== 'typescript') {
    const reason = settings.mutants === 0 ? 'gate.mutants is 0' : `no mutants are made of ${candidate.language} yet`;
    const mutants = { status: 'not_run', reason };
    return { status: 'passed', checked: tests.length, reasons: [], evidence: { baselines_passing: [], mutants } };
  }
  const mutants = mutantsOf(candidate.code, settings.mutants);
  const verdicts = await judgeMutants(mutants, {
    sandbox: judgement.sandboxFor(candidate.language),
    tests,
    probes: () => probesFrom(candidate.spec, tests, { schema: inputSchema, wanted: probeCount }),
    timeoutMs,
    budgetMs: settings.mutationTimeMs,
    clock,
    signal,
  });
  if (verdicts === undefined)
    return {
      status: 'inconclusive',
      checked: tests.length,
      reasons: ['the code does not pass its tests when its loops are counted, so its mutants cannot be judged'],
      evidence: { baselines_passing: [] },
    };
  return findingOf(scoreOf(verdicts, mutants.total), {
    tests: tests.length,
    rate,
    outOfTime: verdicts.length < mutants.chosen.length,
  });
}

/** The tests must be able to fail: answers that do no work must not pass them, nor most small faults in the code. */
export const strengthStage: Stage = {
  code: 'strength',
  runsAfter: (failed) => failed.size === 0,
  run,
};
