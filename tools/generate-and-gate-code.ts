import type * as z from 'zod';
import { jsonObject } from '../src/json.js';
import { plural } from '../src/plural.js';
import { generateInput, generateOutput } from '../src/specs/contract.js';
import { longTool } from './define.js';
import { lines } from './text.js';

type Result = z.infer<typeof generateOutput>;

function resultLine(result: Result['results'][number]): string {
  const what = result.capability
    ? `${result.capability.uri} version ${result.capability.version}`
    : (result.failed_stage ?? '');
  const where = what ? ` (${what})` : '';
  const why = result.reasons.length > 0 ? `: ${result.reasons.slice(0, 5).join('; ')}` : '';
  const end = why.endsWith('.') ? '' : '.';
  const note = result.note === undefined ? '' : ` ${result.note}`;
  return `- ${result.name} ${result.status}${where} after ${plural(result.attempts, 'attempt')}${why}${end}${note} Report ${result.report_uri}; spec_id ${result.spec_id}`;
}

function briefText(brief: NonNullable<Result['brief']>): string {
  return lines(
    brief.instructions,
    `Spec: ${JSON.stringify(brief.spec)}`,
    'Visible tests:',
    brief.tests.map((test) => `  ${JSON.stringify(test)}`),
    brief.last_failure !== undefined && `The last attempt failed: ${brief.last_failure}`,
    (brief.survivors ?? []).map((survivor) => `- not caught by the tests: ${survivor}`),
  );
}

export const generateAndGateCode = longTool({
  name: 'generate_and_gate_code',
  title: 'Generate and gate code',
  description:
    'Get code for specs, judge it in the sandbox, and admit to the library what passes. Give spec_id or spec_ids; or hand in your own code with spec_id or with a whole spec. A refusal names the stage and the reasons.',
  input: generateInput,
  output: generateOutput,
  brief: { brief: jsonObject.optional().describe('instructions, spec, tests, last_failure, survivors') },
  hints: { readOnly: false, destructive: false, idempotent: false, openWorld: true },
  render: (result) => {
    const seen = result.results.filter((one) => one.status !== 'brief').length;
    const isRefused = result.results.length === 0 && (result.issues ?? []).length > 0;
    return lines(
      isRefused
        ? 'The spec was refused before any code was judged. Mend these and hand it in again:'
        : `${result.admitted} of ${plural(seen, 'judged spec')} admitted.`,
      result.results.map(resultLine),
      (result.issues ?? []).map((issue) => `- ${issue.code} at ${issue.path || 'the root'}: ${issue.message}`),
      result.brief && briefText(result.brief),
    );
  },
});
