import type { Clock } from '../../context.js';
import { throwIfCancelled } from '../../errors.js';
import { sha256 } from '../../hash.js';
import type { SpecTest } from '../../specs/model.js';
import { type Answer, ask } from '../probes/ask.js';
import type { Probe } from '../probes/probes.js';
import { runTest } from '../run-test.js';
import type { Sandbox, SandboxSession } from '../runtimes/runtime.js';
import type { Mutant, Mutants } from './mutants.js';

export type Fate = 'killed' | 'equivalent' | 'survived' | 'invalid';

/**
 * `fate` is what the tests that the author can see and the probes made of them say, and may be told. Whether a hidden
 * test kills a mutant may count but not be told: code could be written so that its mutants ask for hidden values.
 */
export interface MutantVerdict {
  readonly mutant: Mutant;
  readonly fate: Fate;
  readonly killedByHidden: boolean;
}

export interface MutationOptions {
  readonly sandbox: Sandbox;
  readonly shown: readonly SpecTest[];
  readonly hidden: readonly SpecTest[];
  /** Made only where a mutant survives. */
  readonly probes: () => readonly Probe[];
  readonly timeoutMs: number;
  /** Mutants that are still waiting after this are not judged. */
  readonly budgetMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A mutant that runs longer than this is taken to be one that never ends. */
const mutantTimeoutMs = 1_000;
const atOnce = 2;

async function withSession<T>(sandbox: Sandbox, code: string, work: (session: SandboxSession) => Promise<T>) {
  const session = await sandbox.open(code, { pooled: true });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** What the candidate answers, asked once for all survivors. */
function rememberAnswers(code: string, options: MutationOptions): (probe: Probe) => Promise<Answer> {
  const known = new Map<Probe, Promise<Answer>>();
  return (probe) => {
    const answer = known.get(probe) ?? withSession(options.sandbox, code, (session) => ask(session, probe, options));
    known.set(probe, answer);
    return answer;
  };
}

/** The tests in turn, those that killed last at the front. */
type Order = SpecTest[];

interface Work {
  readonly options: MutationOptions;
  readonly shown: Order;
  readonly hidden: Order;
  readonly probes: () => readonly Probe[];
  readonly answerOf: (probe: Probe) => Promise<Answer>;
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
  for (const probe of work.probes()) {
    const [own, other] = [await work.answerOf(probe), await ask(session, probe, options)];
    if (own.hash !== other.hash) return true;
  }
  return false;
}

async function judgeOne(mutant: Mutant, work: Work): Promise<MutantVerdict> {
  const { sandbox, signal } = work.options;
  const timeoutMs = Math.min(mutantTimeoutMs, work.options.timeoutMs);
  return withSession(sandbox, mutant.code, async (session) => {
    const trial: Trial = { session, timeoutMs, signal };
    const first = await kill(work.shown, trial);
    if (first !== 'passed') return { mutant, fate: first, killedByHidden: false };
    const killedByHidden = (await kill(work.hidden, trial)) === 'killed';
    return { mutant, fate: (await differs(work, trial)) ? 'survived' : 'equivalent', killedByHidden };
  });
}

/** Whether the candidate still passes under the bound on loops that its mutants have. */
async function passes(code: string, { sandbox, shown, hidden, timeoutMs, signal }: MutationOptions): Promise<boolean> {
  return withSession(sandbox, code, async (session) => {
    return (await kill([...shown, ...hidden], { session, timeoutMs, signal })) === 'passed';
  });
}

/** Places in an order that the author cannot choose: slow code must not decide which of its faults the time reaches. */
function shuffled(mutants: readonly Mutant[]): number[] {
  const ranked = mutants.map(({ code }, at) => ({ at, rank: sha256(code) }));
  return ranked.sort((left, right) => (left.rank < right.rank ? -1 : 1)).map(({ at }) => at);
}

/**
 * Runs the mutants against the tests, and those that pass them all against the probes: what then answers everything as
 * the candidate does is equivalent. Verdicts come in the order of the mutants; those that the time did not reach are
 * missing. Undefined where not even the candidate passes among them, so that nothing can be said.
 * @throws FoundryError cancelled, sandbox_unavailable
 */
export async function judgeMutants(mutants: Mutants, options: MutationOptions): Promise<MutantVerdict[] | undefined> {
  if (mutants.chosen.length === 0) return [];
  if (!(await passes(mutants.guarded, options))) return undefined;
  let probes: readonly Probe[] | undefined;
  const work: Work = {
    options,
    shown: [...options.shown],
    hidden: [...options.hidden],
    probes: () => {
      probes ??= options.probes();
      return probes;
    },
    answerOf: rememberAnswers(mutants.guarded, options),
  };
  const verdicts: MutantVerdict[] = [];
  const started = options.clock.elapsed();
  const order = shuffled(mutants.chosen);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const at = order[next] ?? mutants.chosen.length;
      const mutant = mutants.chosen[at];
      if (mutant === undefined || options.clock.elapsed() - started > options.budgetMs) return;
      next += 1;
      throwIfCancelled(options.signal);
      verdicts[at] = await judgeOne(mutant, work);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return verdicts.filter((verdict) => verdict !== undefined);
}
