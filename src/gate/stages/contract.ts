import type { JsonValue } from '../../json.js';
import { fetchName, readFetchArgs } from '../../net/fetch-call.js';
import { targetOf } from '../../net/hosts.js';
import type { CompiledSchema } from '../json-schema.js';
import {
  counted,
  type Finding,
  type Judgement,
  nameOf,
  type PlacedTest,
  placedTests,
  type Stage,
} from '../judgement.js';
import { isHopeless } from '../run-test.js';

const maxReasons = 10;

function schemaErrors(schema: CompiledSchema, value: JsonValue): string[] {
  return schema.ok ? schema.validate(value) : [];
}

function undeclaredCalls(judgement: Judgement, placed: PlacedTest): string[] {
  const { capabilities, tools } = judgement.candidate.spec.dependencies;
  const declared = new Set([...capabilities, ...tools, fetchName]);
  const names = new Set((placed.test.calls ?? []).map((call) => call.name).filter((name) => !declared.has(name)));
  if (names.size > 0 && placed.from === 'hidden') return ['it records a call that dependencies do not name'];
  return [...names].map((name) => `it records a call to ${name}, which dependencies do not name`);
}

/** Hosts that a test fetches from and the spec does not declare: live, such a request would never be made. */
function undeclaredHosts({ candidate, grants }: Judgement, placed: PlacedTest): string[] {
  const policy = grants.policyOf(candidate.spec.permissions);
  const hosts = (placed.test.calls ?? []).flatMap((call) => {
    const read = call.name === fetchName ? readFetchArgs(call.args) : undefined;
    if (read === undefined) return [];
    if (!read.ok) return ['no url'];
    const url = new URL(read.call.url);
    return policy.declares(targetOf(url)) ? [] : [url.host];
  });
  if (hosts.length > 0 && placed.from === 'hidden') return ['it records a fetch that permissions.net does not declare'];
  return [...new Set(hosts)].map((host) => `it records a fetch of ${host}, which permissions.net does not declare`);
}

async function problemsOf(judgement: Judgement, placed: PlacedTest): Promise<string[]> {
  const hidden = placed.from === 'hidden';
  const tell = (what: string, errors: readonly string[]): string[] =>
    errors.length === 0 ? [] : [hidden ? what : `${what}: ${errors.join('; ')}`];
  const problems = [
    ...tell('the input does not meet the input schema', schemaErrors(judgement.inputSchema, placed.test.input)),
    ...undeclaredCalls(judgement, placed),
    ...undeclaredHosts(judgement, placed),
  ];
  // Code meets hidden inputs in the hidden stage alone, once it is right about the visible ones.
  if (hidden) return problems;
  const { observation, inputChanged } = await judgement.resultOf(placed.test);
  if (inputChanged) problems.push('the code changed its input; work on a copy');
  if (observation?.status === 'ok')
    problems.push(
      ...tell('the payload does not meet the output schema', schemaErrors(judgement.outputSchema, observation.payload)),
    );
  return problems;
}

async function run(judgement: Judgement): Promise<Finding> {
  const { inputSchema, outputSchema, candidate } = judgement;
  const reasons: string[] = [];
  if (!inputSchema.ok)
    reasons.push(`input_schema is not a JSON Schema 2020-12 that can be used: ${inputSchema.message}`);
  if (!outputSchema.ok)
    reasons.push(`output_schema is not a JSON Schema 2020-12 that can be used: ${outputSchema.message}`);
  const tests = placedTests(candidate);
  if (reasons.length === 0)
    for (const placed of tests) {
      for (const problem of await problemsOf(judgement, placed)) reasons.push(`${nameOf(placed)}: ${problem}`);
      if (placed.from !== 'hidden' && isHopeless(await judgement.resultOf(placed.test))) break;
    }
  return {
    status: reasons.length === 0 ? 'passed' : 'failed',
    checked: tests.length,
    reasons: counted(reasons).slice(0, maxReasons),
    evidence: {},
  };
}

/** Schemas are schemas; inputs and outputs meet them; the input is left as it was. */
export const contractStage: Stage = {
  code: 'contract',
  runsAfter: (failed) => !failed.has('static'),
  run,
};
