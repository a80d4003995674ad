import type { Clock } from '../../context.js';
import { throwIfCancelled } from '../../errors.js';
import type { SpecTest } from '../../specs/model.js';
import { type Answer, ask } from '../probes/ask.js';
import type { Probe } from '../probes/probes.js';
import { runTest } from '../run-test.js';
import type { Sandbox, SandboxSession } from '../runtimes/runtime.js';
import type { Mutant, Mutants } from './mutants.js';

export type Fate = 'killed' | 'equivalent' | 'survived' | 'invalid';

export interface MutantVerdict {
  readonly mutant: Mutant;
  readonly fate: Fate;
}

export interface MutationOptions {
  readonly sandbox: Sandbox;
  readonly tests: readonly SpecTest[];
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

interface Work {
  readonly options: MutationOptions;
  /** The tests, those that killed last at the front. */
  readonly order: SpecTest[];
  readonly probes: () => readonly Probe[];
  readonly answerOf: (probe: Probe) => Promise<Answer>;
}

async function fateOf(mutant: Mutant, work: Work): Promise<Fate> {
  const { sandbox, signal } = work.options;
  const timeoutMs = Math.min(mutantTimeoutMs, work.options.timeoutMs);
  return withSession(sandbox, mutant.code, async (session) => {
    for (const test of [...work.order]) {
      const result = await runTest(session, test, { timeoutMs, signal });
      if (result.passed) continue;
      if (result.reason === 'load_error' || result.reason === 'no_export') return 'invalid';
      work.order.splice(work.order.indexOf(test), 1);
      work.order.unshift(test);
      return 'killed';
    }
    for (const probe of work.probes()) {
      const [own, other] = [await work.answerOf(probe), await ask(session, probe, { timeoutMs, signal })];
      if (own.hash !== other.hash) return 'survived';
    }
    return 'equivalent';
  });
}

/** The candidate under the bound on loops: where it does not pass like that, mutants go without the bound. */
async function passes(code: string, { sandbox, tests, timeoutMs, signal }: MutationOptions): Promise<boolean> {
  return withSession(sandbox, code, async (session) => {
    for (const test of tests) if (!(await runTest(session, test, { timeoutMs, signal })).passed) return false;
    return true;
  });
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
    order: [...options.tests],
    probes: () => {
      probes ??= options.probes();
      return probes;
    },
    answerOf: rememberAnswers(mutants.guarded, options),
  };
  const verdicts: MutantVerdict[] = [];
  const started = options.clock.elapsed();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const at = next;
      const mutant = mutants.chosen[at];
      if (mutant === undefined || options.clock.elapsed() - started > options.budgetMs) return;
      next += 1;
      throwIfCancelled(options.signal);
      verdicts[at] = { mutant, fate: await fateOf(mutant, work) };
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return verdicts.filter((verdict) => verdict !== undefined);
}
