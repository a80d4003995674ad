import type { SpecTest } from '../../specs/model.js';
import type { Finding, Judgement, Stage } from '../judgement.js';
import { isHopeless, type TestResult } from '../run-test.js';
import { minTests } from './tests.js';

/**
 * What may be told of hidden tests that fail: one of these, the first that applies to any of them. A choice of few, and
 * no count, since code can be written to fail in the way that says most about the input it was given.
 */
const tellable: readonly { readonly property: string; applies(result: TestResult, judgement: Judgement): boolean }[] = [
  {
    property: 'the code gives no observation',
    applies: ({ observation }) => observation === undefined,
  },
  { property: 'the code changed its input', applies: ({ inputChanged }) => inputChanged },
  { property: 'status differs', applies: (result) => differsIn(result, /^status/) },
  { property: 'payload differs', applies: (result, judgement) => payloadDiffers(result, judgement) },
  { property: 'prov differs', applies: (result) => differsIn(result, /^(prov|type)/) },
  { property: 'the calls differ', applies: ({ passed }) => !passed },
];

function differsIn({ differences }: TestResult, name: RegExp): boolean {
  return differences.some(({ property }) => name.test(property));
}

function payloadDiffers(result: TestResult, { outputSchema }: Judgement): boolean {
  if (differsIn(result, /^payload/)) return true;
  const { observation } = result;
  return observation?.status === 'ok' && outputSchema.ok && outputSchema.validate(observation.payload).length > 0;
}

/** The first property of the list that any of the tests fails; undefined where all pass. */
async function failingProperty(judgement: Judgement, tests: readonly SpecTest[]): Promise<string | undefined> {
  let worst = tellable.length;
  for (const test of tests) {
    const result = await judgement.resultOf(test);
    const at = tellable.findIndex(({ applies }) => applies(result, judgement));
    if (at >= 0) worst = Math.min(worst, at);
    if (isHopeless(result)) break;
  }
  return tellable[worst]?.property;
}

async function run(judgement: Judgement): Promise<Finding> {
  const { hiddenTests, authorSawAll } = judgement.candidate;
  if (hiddenTests.length === 0) {
    if (authorSawAll)
      return {
        status: 'not_run',
        checked: 0,
        reasons: ['no test was hidden: spec and code came in one call, so the author has seen them all'],
        evidence: {},
      };
    return {
      status: 'inconclusive',
      checked: 0,
      reasons: [`at least one hidden test is needed to judge; the spec needs ${minTests} tests or more`],
      evidence: {},
    };
  }
  const failing = await judgement.untold(() => failingProperty(judgement, hiddenTests));
  return {
    status: failing === undefined ? 'passed' : 'failed',
    checked: hiddenTests.length,
    reasons: failing === undefined ? [] : [`${failing} in a hidden test`],
    evidence: {},
  };
}

/** Tests that no author has seen: the answer, its shape, and that the input is left as it was. */
export const hiddenStage: Stage = {
  code: 'hidden',
  runsAfter: (failed) => failed.size === 0,
  run,
};
