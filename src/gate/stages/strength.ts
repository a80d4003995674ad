import type { JsonObject } from '../../json.js';
import type { SpecTest } from '../../specs/model.js';
import { passingBaselines } from '../baselines.js';
import { type Finding, type Judgement, placedTests, type Stage } from '../judgement.js';
import { type Fate, judgeMutants, type MutantVerdict } from '../mutation/judge-mutants.js';
import { mutantsOf } from '../mutation/mutants.js';
import { typescriptFaults } from '../mutation/typescript-faults.js';
import { ask } from '../probes/ask.js';
import { probesFrom } from '../probes/probes.js';
import { minTests } from './tests.js';

/** Code that has fewer faults to make than this is judged by the baselines alone. */
export const minMutants = 5;
/** Where time ran out, so many say enough about the rest: they are taken from all over the code. */
const minSample = 20;
const probeCount = 64;
const maxListed = 10;

/** `killed` and `counted` are of all tests and decide; the figures in `told` are of the visible tests alone. */
interface Score {
  readonly judged: number;
  /** faults that keep the code from loading, so that no test has its say */
  readonly invalid: number;
  readonly killed: number;
  /** judged, without the equivalent ones */
  readonly counted: number;
  /** survivors that the time did not let the hidden tests see */
  readonly open: number;
  readonly told: JsonObject;
  readonly survivors: readonly string[];
}

function lineOf({ mutant }: MutantVerdict): string {
  return `line ${mutant.line}: ${mutant.description} (${mutant.operator}); write a test that tells the two apart`;
}

function rounded(share: number): number {
  return Math.round(share * 1000) / 1000;
}

function scoreOf(verdicts: readonly MutantVerdict[], total: number, required: number): Score {
  const having = (fate: Fate): MutantVerdict[] => verdicts.filter((verdict) => verdict.fate === fate);
  const invalid = having('invalid').length;
  const judged = verdicts.length - invalid;
  const [killed, equivalent] = [having('killed').length, having('equivalent').length];
  const byHidden = verdicts.filter(({ killedByHidden }) => killedByHidden);
  const shown = judged - equivalent;
  const open = having('survived').filter(({ killedByHidden }) => killedByHidden === undefined).length;
  return {
    judged,
    invalid,
    killed: killed + byHidden.length,
    open,
    counted: shown - open + byHidden.filter(({ fate }) => fate === 'equivalent').length,
    told: { total, judged, killed, equivalent, kill_rate: shown === 0 ? null : rounded(killed / shown), required },
    survivors: having('survived').map(lineOf),
  };
}

/** Slow code must not pass for the faults that there was no time to look at. */
function isShort({ judged, counted, killed, open }: Score, rate: number, unjudged: number): boolean {
  if (unjudged + open === 0 || (counted >= minMutants && killed < rate * counted)) return false;
  return counted < minMutants || judged - open < minSample || killed < rate * (counted + open);
}

/** What the mutants say: failed, too few to say anything, or passed. */
function findingOf(score: Score, options: { tests: number; rate: number; unjudged: number }): Finding {
  const { counted, killed, survivors, told } = score;
  const { tests, rate } = options;
  const evidence = { baselines_passing: [], mutants: told, survivors: survivors.slice(0, maxListed) };
  if (isShort(score, rate, options.unjudged))
    return {
      status: 'inconclusive',
      checked: tests,
      reasons: [`only ${score.judged} mutants could be judged in the time given: raise gate.mutation_time_ms`],
      evidence,
    };
  if (counted < minMutants) {
    // Code that looks at itself while it loads would else be judged by nothing.
    if (score.invalid >= minMutants)
      return {
        status: 'inconclusive',
        checked: tests,
        reasons: [
          `${score.invalid} small faults keep the code from loading, which leaves too few to judge: check nothing outside of functions`,
        ],
        evidence,
      };
    const note = `judged by the baselines alone: fewer than ${minMutants} small faults can be put into the code that change what it does`;
    return { status: 'passed', checked: tests, reasons: [], evidence: { ...evidence, note } };
  }
  if (killed >= rate * counted) return { status: 'passed', checked: tests, reasons: [], evidence };
  const more = survivors.length > maxListed ? [`and ${survivors.length - maxListed} more`] : [];
  return {
    status: 'failed',
    checked: tests,
    reasons: [
      `the tests notice fewer than ${Math.round(rate * 100)}% of the small faults put into the code; these pass the visible ones:`,
      ...survivors.slice(0, maxListed),
      ...more,
    ],
    evidence,
  };
}

async function judgeByMutants(judgement: Judgement): Promise<Finding> {
  const { candidate, settings, clock, signal, timeoutMs, inputSchema } = judgement;
  const placed = placedTests(candidate);
  const shown = placed.filter(({ from }) => from !== 'hidden').map(({ test }) => test);
  const inconclusive = (reason: string): Finding => {
    return { status: 'inconclusive', checked: placed.length, reasons: [reason], evidence: { baselines_passing: [] } };
  };
  const sandbox = judgement.sandboxFor(candidate.language);
  const faults = sandbox.possibleFaults
    ? await sandbox.possibleFaults(candidate.code)
    : typescriptFaults(candidate.code);
  if (faults === undefined)
    return inconclusive('the code is too large or nested too deeply for small faults to be put into it; split it up');
  const mutants = mutantsOf(candidate.code, faults, settings.mutants);
  const verdicts = await judgeMutants(mutants, {
    sandbox,
    packages: candidate.spec.permissions.packages,
    shown,
    hidden: candidate.hiddenTests,
    probes: async () => {
      const hints = await judgement.hints();
      return probesFrom(candidate.spec, shown, { schema: inputSchema, wanted: probeCount, hints });
    },
    plainAnswer: (probe) => ask(judgement.session, probe, { timeoutMs, signal }),
    timeoutMs,
    budgetMs: settings.mutationTimeMs,
    clock,
    signal,
    untold: (work) => judgement.untold(work),
  });
  if (verdicts === undefined)
    return inconclusive(
      'the code does not pass its tests again and again when its loops are counted or its text differs, so its mutants cannot be judged',
    );
  return findingOf(scoreOf(verdicts, mutants.total, settings.mutationKillRate), {
    tests: placed.length,
    rate: settings.mutationKillRate,
    unjudged: mutants.chosen.length - verdicts.length,
  });
}

function withoutMutants(status: Finding['status'], reason: string, reasons: readonly string[]) {
  return { status, reasons: [...reasons], evidence: { baselines_passing: [], mutants: { status: 'not_run', reason } } };
}

/** Tests that code without work passes are weak whatever the candidate is. */
function ofTestsAlone(tests: readonly SpecTest[]): Finding | undefined {
  const passing = passingBaselines(tests);
  if (passing.length === 0) return undefined;
  const reasons = passing.map(
    (name) => `code that does no work passes every test (baseline "${name}"): add tests whose answers differ`,
  );
  const finding = withoutMutants('failed', 'a baseline passes already', reasons);
  return { ...finding, checked: tests.length, evidence: { ...finding.evidence, baselines_passing: passing } };
}

async function run(judgement: Judgement): Promise<Finding> {
  const { candidate, settings } = judgement;
  const tests = placedTests(candidate).map(({ test }) => test);
  const weak = ofTestsAlone(tests);
  if (weak) return weak;
  const own = candidate.visibleTests.length + candidate.hiddenTests.length;
  const tooFew = `${own} tests are too few to judge`;
  const checked = tests.length;
  if (own < minTests) return { ...withoutMutants('not_run', tooFew, [tooFew]), checked };
  if (settings.mutants === 0) return { ...withoutMutants('passed', 'gate.mutants is 0', []), checked };
  return judgeByMutants(judgement);
}

/** The tests must be able to fail: answers that do no work must not pass them, nor most small faults in the code. */
export const strengthStage: Stage = {
  code: 'strength',
  runsAfter: (failed) => failed.size === 0,
  run,
  ofTestsAlone,
};
