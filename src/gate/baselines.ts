import { hashOf } from '../hash.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import type { Observation, SpecTest } from '../specs/model.js';
import { compareWithExpected } from './compare.js';

/** What code that does no work would return; undefined stands for throwing. */
interface Baseline {
  readonly name: string;
  answer(test: SpecTest): Observation | undefined;
}

function answerFitting({ expected }: SpecTest): Observation {
  const keys = Object.fromEntries((expected.payload_keys ?? []).map((key) => [key, null]));
  const fields = { ...expected.payload_text, ...expected.payload_contains, ...expected.payload_has };
  const partial: JsonObject = { ...keys, ...fields };
  return {
    status: expected.status ?? 'ok',
    payload: expected.payload ?? partial,
    prov: padded(expected.prov_contains ?? [], expected.prov_len),
    ...(expected.type !== undefined && { type: expected.type }),
  };
}

function padded(prov: readonly JsonValue[], length: number | undefined): JsonValue[] {
  return [...prov, ...Array<JsonValue>(Math.max(0, (length ?? 0) - prov.length)).fill(null)];
}

/** For each key, all texts that tests look for in it, one after the other: such a value passes them all. */
function mergedTexts(tests: readonly SpecTest[]): JsonObject {
  const texts: Record<string, string> = {};
  for (const { expected } of tests)
    for (const [key, text] of Object.entries(expected.payload_text ?? {})) texts[key] = `${texts[key] ?? ''}${text} `;
  return texts;
}

function mostCommon(answers: readonly Observation[]): Observation | undefined {
  const alike = new Map<string, Observation[]>();
  for (const answer of answers) {
    const key = hashOf([answer.payload, answer.status]);
    alike.set(key, [...(alike.get(key) ?? []), answer]);
  }
  const [most] = [...alike.values()].sort((left, right) => right.length - left.length);
  return most?.[0];
}

function exactFields({ expected }: SpecTest): JsonObject {
  return { ...expected.payload_contains, ...expected.payload_has };
}

function distinct(values: readonly JsonValue[]): JsonValue[] {
  return [...new Map(values.map((value) => [hashOf(value), value])).values()];
}

/** One answer made of every test's expectation at once: beats tests that look at parts of the payload only. */
function merged(tests: readonly SpecTest[], answers: readonly Observation[]): Observation | undefined {
  const payloads = answers.map((answer) => answer.payload).filter(isJsonObject);
  const first = answers[0];
  if (first === undefined) return undefined;
  return {
    status: first.status,
    payload: Object.assign({}, ...payloads, mergedTexts(tests), ...tests.map(exactFields)) as JsonObject,
    prov: padded(
      distinct(tests.flatMap(({ expected }) => expected.prov_contains ?? [])),
      tests.find(({ expected }) => expected.prov_len !== undefined)?.expected.prov_len,
    ),
    ...(first.type !== undefined && { type: first.type }),
  };
}

function ok(payload: JsonValue, prov: JsonValue[] = []): Observation {
  return { status: 'ok', payload, prov };
}

function baselines(tests: readonly SpecTest[]): Baseline[] {
  const fitting = tests.map(answerFitting);
  const common = mostCommon(fitting);
  const all = merged(tests, fitting);
  return [
    { name: 'constant', answer: () => common },
    { name: 'first_answer', answer: () => fitting[0] },
    { name: 'merged_constant', answer: () => all },
    { name: 'identity', answer: (test) => ok(test.input) },
    { name: 'echo', answer: (test) => ok(Object.values(test.input)[0] ?? null) },
    { name: 'empty', answer: () => ok({}) },
    { name: 'throws', answer: () => undefined },
  ];
}

/** A baseline makes no calls, so a test with recorded calls that must be made is never passed by one. */
function passes(test: SpecTest, answer: Observation | undefined): boolean {
  if (answer === undefined || (test.calls ?? []).some((call) => call.any_args !== true)) return false;
  return compareWithExpected(test.expected, answer).length === 0;
}

/** The baselines that pass every test: code that does no work and would be admitted. */
export function passingBaselines(tests: readonly SpecTest[]): string[] {
  return baselines(tests)
    .filter((baseline) => tests.every((test) => passes(test, baseline.answer(test))))
    .map(({ name }) => name);
}
