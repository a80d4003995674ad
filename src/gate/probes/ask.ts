import { FoundryError } from '../../errors.js';
import { hashOf } from '../../hash.js';
import type { JsonValue } from '../../json.js';
import { callKey } from '../../net/fetch-call.js';
import { observationSchema, type RecordedAnswer } from '../../specs/model.js';
import { callableNames } from '../recorded-answers.js';
import { defaultNow, defaultSeed } from '../run-test.js';
import type { CallHandler, SandboxSession } from '../runtimes/runtime.js';
import type { Probe } from './probes.js';

/** What came of a probe. Two that are alike in all of this cannot be told apart by it. */
export interface Answer {
  readonly status: 'ok' | 'missing' | 'fail' | 'none';
  readonly payload: JsonValue;
  /** Names and arguments of the calls made, sorted. */
  readonly calls: readonly string[];
  /** Of status, payload, prov and the calls made, whatever their order; of the way it failed where it gave nothing. */
  readonly hash: string;
}

interface Lenient {
  readonly onCall: CallHandler;
  calls(): string[];
}

function giveAnswer(answer: RecordedAnswer): JsonValue {
  if (answer.error !== undefined) throw new FoundryError('upstream', answer.error, 'The recorded call failed.');
  return answer.result ?? null;
}

/** Answers calls with what was recorded for the same arguments, else with what was recorded for that name, in order. */
function lenientAnswers(recorded: readonly RecordedAnswer[]): Lenient {
  const made: string[] = [];
  const asked = new Map<string, number>();
  return {
    async onCall({ name, args }) {
      const wanted = callKey(name, args);
      made.push(wanted);
      const ofName = recorded.filter((answer) => answer.name === name);
      const nth = asked.get(name) ?? 0;
      asked.set(name, nth + 1);
      const answer = ofName.find((one) => callKey(name, one.args) === wanted) ?? ofName[nth % (ofName.length || 1)];
      if (answer === undefined) throw new FoundryError('not_found', 'Nothing is recorded for that call.', 'None.');
      return giveAnswer(answer);
    },
    calls: () => [...made].sort(),
  };
}

/**
 * Runs a probe in a session. Failures are told by their kind alone: messages are not behaviour.
 * @throws FoundryError cancelled, sandbox_unavailable
 */
export async function ask(
  session: SandboxSession,
  probe: Probe,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Answer> {
  const lenient = lenientAnswers(probe.calls ?? []);
  const outcome = await session.invoke(
    {
      input: probe.input,
      context: probe.context ?? null,
      now: probe.now ?? defaultNow,
      seed: probe.seed ?? defaultSeed,
      timeoutMs: options.timeoutMs,
      dependencies: callableNames(probe),
      onCall: lenient.onCall,
    },
    options.signal,
  );
  const calls = lenient.calls();
  if (!outcome.ok) return { status: 'none', payload: null, calls, hash: hashOf([outcome.reason, calls]) };
  const parsed = observationSchema.safeParse(outcome.value);
  if (!parsed.success) return { status: 'none', payload: null, calls, hash: hashOf([outcome.value, calls]) };
  const { status, payload, prov } = parsed.data;
  return { status, payload, calls, hash: hashOf([status, payload, prov, calls]) };
}
