import type { CompiledSchema } from '../gate/json-schema.js';
import { fetchName } from '../net/fetch-call.js';
import { fetchIssues } from './check-permissions.js';
import type { Spec, SpecIssue, SpecTest } from './model.js';

function isEmpty(expected: SpecTest['expected']): boolean {
  return (
    expected.status === undefined &&
    expected.payload === undefined &&
    Object.keys(expected.payload_contains ?? {}).length === 0 &&
    (expected.payload_keys ?? []).length === 0 &&
    (expected.prov_contains ?? []).length === 0 &&
    Object.keys(expected.payload_has ?? {}).length === 0 &&
    Object.keys(expected.payload_text ?? {}).length === 0 &&
    expected.prov_len === undefined
  );
}

function callIssues(spec: Spec, test: SpecTest, path: string): SpecIssue[] {
  const declared = new Set([...spec.dependencies.tools, ...spec.dependencies.capabilities]);
  const calls = test.calls ?? [];
  const issues = calls.flatMap((call, at): SpecIssue[] => {
    const here = `${path}.calls[${at}]`;
    if (call.name === fetchName) return fetchIssues(spec, call, here);
    if (!declared.has(call.name)) {
      const message = `"${call.name}" is not among the dependencies, so it can never be called. Add it there or drop the call.`;
      return [{ code: 'undeclared_call', path: here, message }];
    }
    if (call.result === undefined && call.error === undefined) {
      const message = 'The call has no recorded answer. Give "result", or "error" where the call failed.';
      return [{ code: 'no_recorded_answers', path: here, message }];
    }
    return [];
  });
  // Where a skill refuses its input it may call nothing; where it succeeds it must have asked somebody.
  const succeeds = test.expected.status === undefined || test.expected.status === 'ok';
  if (spec.kind === 'skill' && declared.size > 0 && succeeds && calls.length === 0) {
    issues.push({
      code: 'no_recorded_answers',
      path: `${path}.calls`,
      message: 'A skill calls its dependencies: list the calls in order, each with its args and the recorded result.',
    });
  }
  return issues;
}

export interface CompiledSpec {
  readonly input: CompiledSchema;
  readonly output: CompiledSchema;
}

function testIssues(spec: Spec, test: SpecTest, path: string, schemas: CompiledSpec): SpecIssue[] {
  const issues: SpecIssue[] = [];
  const inputWrong = schemas.input.ok ? schemas.input.validate(test.input)[0] : undefined;
  if (inputWrong !== undefined) {
    const message = `input_schema rejects this input: ${inputWrong}. Mend the input or the schema.`;
    issues.push({ code: 'input_schema_rejects', path: `${path}.input`, message });
  }
  const { status, payload } = test.expected;
  const checked = payload !== undefined && (status === undefined || status === 'ok');
  const outputWrong = checked && schemas.output.ok ? schemas.output.validate(payload)[0] : undefined;
  if (outputWrong !== undefined) {
    const message = `output_schema rejects this payload: ${outputWrong}. Mend the payload or the schema.`;
    issues.push({ code: 'output_schema_rejects', path: `${path}.expected.payload`, message });
  }
  if (isEmpty(test.expected)) {
    const message =
      'The expectation is empty, so the test could not fail. Give status and payload, payload_contains, payload_keys or prov_contains.';
    issues.push({ code: 'empty_expectation', path: `${path}.expected`, message });
  }
  return [...issues, ...callIssues(spec, test, path)];
}

/** What is wrong with the tests of a spec, each fault by itself. */
export function checkTests(spec: Spec, schemas: CompiledSpec): SpecIssue[] {
  if (spec.tests.length === 0) {
    const message =
      'Add tests: three at least, each with an input and what is expected; the gate cannot judge with fewer.';
    return [{ code: 'no_test', path: 'tests', message }];
  }
  const issues = spec.tests.flatMap((test, at) => testIssues(spec, test, `tests[${at}]`, schemas));
  if (!spec.tests.some((test) => test.expected.status === 'ok')) {
    const message = 'No test expects status "ok". Add one in which the capability does its work.';
    issues.push({ code: 'no_ok_test', path: 'tests', message });
  }
  return issues;
}
