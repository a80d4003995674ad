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

export const visibleStage: Stage = {
  code: 'visible',
  runsAfter: (failed) => !failed.has('static'),
  run: runVisible,
};
