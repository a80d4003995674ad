import { type Finding, type Judgement, placedTests, type Stage } from '../judgement.js';
import { describeFailure, isHopeless } from '../run-test.js';

/** Fewer tests than this decide nothing. */
export const minTests = 3;
const maxReasons = 10;

async function runVisible(judgement: Judgement): Promise<Finding> {
  const { candidate } = judgement;
  const tests = placedTests(candidate).filter(({ from }) => from !== 'hidden');
  const reasons: string[] = [];
  let passed = 0;
  for (const placed of tests) {
    const result = await judgement.resultOf(placed.test);
    if (result.passed) passed += 1;
    else reasons.push(`${placed.from === 'inherited' ? 'inherited ' : ''}${describeFailure(result)}`);
    if (isHopeless(result)) break;
  }
  const evidence = { passed, inherited: candidate.inheritedTests.length };
  const own = candidate.visibleTests.length + candidate.hiddenTests.length;
  if (reasons.length > 0)
    return { status: 'failed', checked: tests.length, reasons: reasons.slice(0, maxReasons), evidence };
  if (own < minTests)
    return {
      status: 'inconclusive',
      checked: tests.length,
      reasons: [`the spec has ${own} tests; at least ${minTests} are needed to judge: add tests`],
      evidence,
    };
  return { status: 'passed', checked: tests.length, reasons: [], evidence };
}

async function runHidden(judgement: Judgement): Promise<Finding> {
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
  const properties: Record<string, number> = {};
  let passed = 0;
  for (const test of hiddenTests) {
    const result = await judgement.resultOf(test);
    if (result.passed) passed += 1;
    for (const property of new Set(result.differences.map((difference) => difference.property)))
      properties[property] = (properties[property] ?? 0) + 1;
    if (isHopeless(result)) break;
  }
  const reasons = Object.entries(properties)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([property, count]) => `${count} of ${hiddenTests.length} hidden tests: ${property}`);
  return {
    status: passed === hiddenTests.length ? 'passed' : 'failed',
    checked: hiddenTests.length,
    reasons,
    evidence: { passed, properties },
  };
}

export const visibleStage: Stage = {
  code: 'visible',
  runsAfter: (failed) => !failed.has('static'),
  run: runVisible,
};

export const hiddenStage: Stage = {
  code: 'hidden',
  runsAfter: (failed) => failed.size === 0,
  run: runHidden,
};
