import { randomInt } from 'node:crypto';
import type { Clock } from '../../context.js';
import { throwIfCancelled } from '../../errors.js';
import type { SpecTest } from '../../specs/model.js';
import { type Answer, ask } from '../probes/ask.js';
import type { Probe } from '../probes/probes.js';
import { runTest } from '../run-test.js';
import type { Sandbox, SandboxSession, SessionGroup } from '../runtimes/runtime.js';
import { evenly, type Mutant, type Mutants } from './mutants.js';

export type Fate = 'killed' | 'equivalent' | 'survived' | 'invalid';

/**
 * `fate` is what the tests that the author can see and the probes made of them say, and may be told. Whether a hidden
 * test kills a mutant may count but not be told: code could be written so that its mutants ask for hidden values.
 */
export interface MutantVerdict {
  readonly mutant: Mutant;
  readonly fate: Fate;
  /** Undefined where the time did not reach it. */
  readonly killedByHidden: boolean | undefined;
}

export interface MutationOptions {
  readonly sandbox: Sandbox;
  /** The packages that the code may import. */
  readonly packages: readonly string[] | undefined;
  readonly shown: readonly SpecTest[];
  readonly hidden: readonly SpecTest[];
  /** Made only where a mutant survives. */
  readonly probes: () => Promise<readonly Probe[]>;
  /** What the candidate answers by itself, as it was handed in and in its own process. */
  readonly plainAnswer: (probe: Probe) => Promise<Answer>;
  readonly timeoutMs: number;
  /** Mutants that are still waiting after this are not judged. */
  readonly budgetMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Runs what hidden tests are asked: its time is told nowhere. */
  untold<Value>(work: () => Promise<Value>): Promise<Value>;
}

/** A mutant that runs longer than this, and than twice the candidate itself, is taken to be one that never ends. */
const leastTimeoutMs = 1_000;
const atOnce = 2;
/** How often the candidate itself is run among its mutants: it cannot know when. */
const controls = 2;
const comparedProbes = 12;

async function withSession<T>(group: SessionGroup, code: string, work: (session: SandboxSession) => Promise<T>) {
  const session = await group.open(code);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

interface Variants {
  /** The candidate and its mutants, and nothing else. */
  readonly group: SessionGroup;
  readonly options: MutationOptions;
}

/** What the candidate answers, asked once for all survivors. */
function rememberAnswers(code: string, { group, options }: Variants): (probe: Probe) => Promise<Answer> {
  const known = new Map<Probe, Promise<Answer>>();
  return (probe) => {
    const answer = known.get(probe) ?? withSession(group, code, (session) => ask(session, probe, options));
    known.set(probe, answer);
    return answer;
  };
}

/** The tests in turn, those that killed last at the front. */
type Order = SpecTest[];

interface Work extends Variants {
  readonly mutantTimeoutMs: number;
  readonly shown: Order;
  readonly hidden: Order;
  readonly probes: () => Promise<readonly Probe[]>;
  readonly answerOf: (probe: Probe) => Promise<Answer>;
  /** Whether the candidate answers here as it does by itself; else that a mutant answers as it does says nothing. */
  readonly isItself: () => Promise<boolean>;
}

interface Trial {
  readonly session: SandboxSession;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Runs tests until one fails. */
async function kill(order: Order, { session, ...options }: Trial): Promise<'passed' | 'killed' | 'invalid'> {
  for (const test of [...order]) {
    const result = await runTest(session, test, options);
    if (result.passed) continue;
    if (result.reason === 'load_error' || result.reason === 'no_export') return 'invalid';
    order.splice(order.indexOf(test), 1);
    order.unshift(test);
    return 'killed';
  }
  return 'passed';
}

async function differs(work: Work, { session, ...options }: Trial): Promise<boolean> {
  for (const probe of await work.probes()) {
    const [own, other] = [await work.answerOf(probe), await ask(session, probe, options)];
    if (own.hash !== other.hash) return true;
  }
  return false;
}

function trialOf(session: SandboxSession, { options, mutantTimeoutMs }: Work): Trial {
  return { session, timeoutMs: mutantTimeoutMs, signal: options.signal };
}

async function judgeByShown(mutant: Mutant, work: Work): Promise<MutantVerdict> {
  return withSession(work.group, mutant.code, async (session) => {
    const trial = trialOf(session, work);
    const first = await kill(work.shown, trial);
    if (first !== 'passed') return { mutant, fate: first, killedByHidden: false };
    const survived = (await differs(work, trial)) || !(await work.isItself());
    return { mutant, fate: survived ? 'survived' : 'equivalent', killedByHidden: undefined };
  });
}

async function judgeControl(code: string, work: Work): Promise<boolean> {
  return withSession(work.group, code, async (session) => {
    return (await kill([...work.shown], trialOf(session, work))) === 'passed';
  });
}

async function judgeByHidden(verdict: MutantVerdict, work: Work): Promise<MutantVerdict> {
  if (verdict.fate === 'killed' || verdict.fate === 'invalid') return verdict;
  return withSession(work.group, verdict.mutant.code, async (session) => {
    return { ...verdict, killedByHidden: (await kill(work.hidden, trialOf(session, work))) === 'killed' };
  });
}

/** The time of the slowest test where the candidate still passes all of them under the bound on loops that its mutants have. */
async function slowestPass(
  code: string,
  { group, options, ...work }: Omit<Work, 'mutantTimeoutMs'>,
): Promise<number | undefined> {
  const { timeoutMs, signal, clock, untold } = options;
  const slowest = async (order: Order): Promise<number | undefined> =>
    withSession(group, code, async (session) => {
      let ms = 0;
      for (const test of order) {
        const started = clock.elapsed();
        if ((await kill([test], { session, timeoutMs, signal })) !== 'passed') return undefined;
        ms = Math.max(ms, clock.elapsed() - started);
      }
      return ms;
    });
  const shown = await slowest(work.shown);
  const hidden = shown === undefined ? undefined : await untold(() => slowest(work.hidden));
  return shown === undefined || hidden === undefined ? undefined : Math.max(shown, hidden);
}

/**
 * By real chance, which changes nothing for code that is what it seems: the author must know neither which of the faults
 * the time reaches, nor when it is the candidate itself that is run.
 */
function shuffled<T>(list: readonly T[]): T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(randomInt(left.length), 1));
}

/** Half is enough: a bound on loops may end one answer or another. */
async function answersAlike(work: Pick<Work, 'options' | 'probes' | 'answerOf'>): Promise<boolean> {
  const probes = evenly(await work.probes(), comparedProbes);
  let alike = 0;
  for (const probe of probes) {
    const [here, there] = [await work.answerOf(probe), await work.options.plainAnswer(probe)];
    if (here.hash === there.hash) alike += 1;
  }
  return 2 * alike >= probes.length;
}

/** Two at a time, in the order of the list; what the time does not reach is missing. */
async function each<T>(
  list: readonly T[],
  { clock, budgetMs, signal }: MutationOptions,
  judge: (item: T) => Promise<MutantVerdict | undefined>,
): Promise<MutantVerdict[]> {
  const verdicts: (MutantVerdict | undefined)[] = [];
  const started = clock.elapsed();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const at = next;
      const item = list[at];
      if (item === undefined || clock.elapsed() - started > budgetMs) return;
      next += 1;
      throwIfCancelled(signal);
      verdicts[at] = await judge(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return verdicts.filter((verdict) => verdict !== undefined);
}

/**
 * Runs the mutants against the tests, and those that pass them all against the probes: what then answers everything as
 * the candidate does is equivalent. Verdicts come in the order of the mutants; those that the time did not reach are
 * missing. Undefined where not even the candidate passes among them, so that nothing can be said.
 * @throws FoundryError cancelled, sandbox_unavailable
 */
export async function judgeMutants(mutants: Mutants, options: MutationOptions): Promise<MutantVerdict[] | undefined> {
  if (mutants.chosen.length === 0) return [];
  const group = options.sandbox.openGroup(options.packages);
  const probes = once(options.probes);
  const answerOf = rememberAnswers(mutants.guarded, { group, options });
  const known = {
    group,
    options,
    shown: [...options.shown],
    hidden: [...options.hidden],
    probes,
    answerOf,
    isItself: once(() => answersAlike({ options, probes, answerOf })),
  };
  try {
    const slowest = await slowestPass(mutants.guarded, known);
    if (slowest === undefined) return undefined;
    const usual = Math.min(leastTimeoutMs, options.timeoutMs);
    // Code that is slow itself would else have every mutant counted as noticed.
    return await judgeAll(mutants, { ...known, mutantTimeoutMs: Math.max(usual, Math.ceil(2 * slowest)) });
  } finally {
    await group.close();
  }
}

async function judgeAll({ chosen, control }: Mutants, work: Work): Promise<MutantVerdict[] | undefined> {
  const { options } = work;
  const passed: boolean[] = [];
  const runs = shuffled<Mutant | 'control'>([...chosen, ...Array<'control'>(controls).fill('control')]);
  const byShown = await each(runs, options, async (mutant) => {
    if (mutant !== 'control') return judgeByShown(mutant, work);
    passed.push(await judgeControl(control, work));
    return undefined;
  });
  if (passed.length === 0) passed.push(await judgeControl(control, work));
  if (passed.includes(false)) return undefined;
  const byHidden = await options.untold(() => each(byShown, options, (verdict) => judgeByHidden(verdict, work)));
  const places = new Map(chosen.map((mutant, at) => [mutant, at]));
  const placeOf = ({ mutant }: MutantVerdict): number => places.get(mutant) ?? 0;
  return byShown.map((verdict, at) => byHidden[at] ?? verdict).sort((left, right) => placeOf(left) - placeOf(right));
}

function once<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let known: Promise<Value> | undefined;
  return () => {
    known ??= work();
    return known;
  };
}
