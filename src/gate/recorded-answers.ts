import { FoundryError } from '../errors.js';
import type { JsonValue } from '../json.js';
import { callKey, fetchName } from '../net/fetch-call.js';
import type { RecordedAnswer, SpecTest } from '../specs/model.js';
import { type Difference, show } from './compare.js';
import type { CallHandler } from './runtimes/runtime.js';

export interface AnswerOptions {
  /** `reversed` holds the answers of calls made together and gives the last one first. */
  readonly order?: 'recorded' | 'reversed';
}

export interface RecordedAnswers {
  readonly onCall: CallHandler;
  /** Calls that were not recorded, and recorded ones that were never made. */
  differences(): Difference[];
}

/** Lets the calls of one step gather, then answers them last to first. */
function reverser(): () => Promise<void> {
  let waiting: (() => void)[] = [];
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length > 1) return;
      setImmediate(() => {
        const held = waiting.reverse();
        waiting = [];
        for (const release of held) release();
      });
    });
}

/** Names that can be called in a test. */
export function callableNames(test: Pick<SpecTest, 'calls'>): string[] {
  return [...new Set((test.calls ?? []).map(({ name }) => name))].filter((name) => name !== fetchName);
}

function giveAnswer(answer: RecordedAnswer): JsonValue {
  if (answer.error !== undefined)
    throw new FoundryError('upstream', answer.error, 'The recorded call failed; the code must cope with it.');
  return answer.result ?? null;
}

/**
 * Answers a test's calls out of what was recorded. Calls are matched as a multiset by name and arguments: a call whose
 * arguments come from an earlier answer cannot come before it, and the order of the others does not matter.
 */
export function recordedAnswers(test: Pick<SpecTest, 'calls'>, options: AnswerOptions = {}): RecordedAnswers {
  const left = new Map<string, RecordedAnswer[]>();
  const always = new Map<string, RecordedAnswer>();
  for (const answer of test.calls ?? []) {
    if (answer.any_args) {
      always.set(answer.name, answer);
      continue;
    }
    const key = callKey(answer.name, answer.args);
    left.set(key, [...(left.get(key) ?? []), answer]);
  }
  const unexpected: string[] = [];
  const turn = options.order === 'reversed' ? reverser() : undefined;
  return {
    async onCall({ name, args }) {
      const answer = left.get(callKey(name, args))?.shift() ?? always.get(name);
      if (answer === undefined) unexpected.push(`${name} with ${show(args)}`);
      await turn?.();
      if (answer === undefined)
        throw new FoundryError(
          'not_found',
          'This test has no recorded answer for that call.',
          'Call what was recorded.',
        );
      return giveAnswer(answer);
    },
    differences() {
      const unused = [...left.values()].flat().map((answer) => `${answer.name} with ${show(answer.args)}`);
      return [
        ...unexpected.map((call) => ({
          property: 'a call was not recorded',
          detail: `called ${call}, which is not recorded`,
        })),
        ...unused.map((call) => ({ property: 'a recorded call was not made', detail: `never called ${call}` })),
      ];
    },
  };
}
