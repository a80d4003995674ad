import { hashOf } from '../../hash.js';
import { canonicalJson, isJsonObject, type JsonValue } from '../../json.js';
import type { SpecTest } from '../../specs/model.js';
import { show } from '../compare.js';
import type { Judgement, PlacedTest } from '../judgement.js';
import { evenly } from '../mutation/mutants.js';
import { type Answer, ask } from '../probes/ask.js';
import { type Probe, probesFrom } from '../probes/probes.js';

/** So many inputs that no test has must be answered alike, and so many tests differently, before that says anything. */
const fewestUnseen = 8;
const fewestAnswers = 3;
const mostNear = 12;
const mostStrings = 6;
/** A table of answers takes about as much room as the answers do, in whatever way it is written. */
const leastRoom = 0.5;

/** The answers that shown tests expect, each once. */
function answersOf(tests: readonly SpecTest[]): string[] {
  const texts = tests.flatMap(({ expected }) =>
    expected.status === 'ok' ? [canonicalJson(expected.payload ?? expected.payload_contains ?? {})] : [],
  );
  return [...new Set(texts)];
}

function stepped(character: string): string {
  const last = { '9': '0', z: 'a', Z: 'A' }[character];
  return last ?? String.fromCharCode(character.charCodeAt(0) + 1);
}

/** A text with one digit or letter changed into the next: what reads texts of that form reads this one too. */
function nearTexts(text: string): string[] {
  const digits = [...text.matchAll(/\d/g)].map(({ index }) => index);
  const letters = [...text.matchAll(/[a-z]/gi)].map(({ index }) => index);
  const places = [digits.at(-1), digits[0], letters.at(-1), letters[Math.floor(letters.length / 2)]];
  return [...new Set(places)].flatMap((at) =>
    at === undefined ? [] : [`${text.slice(0, at)}${stepped(text.charAt(at))}${text.slice(at + 1)}`],
  );
}

/** The same value with one number or text in it changed a little, each in turn. */
function nearValues(value: JsonValue): JsonValue[] {
  if (typeof value === 'number') return [value + 1, value + 2];
  if (typeof value === 'string') return nearTexts(value);
  if (Array.isArray(value))
    return value
      .slice(0, mostStrings)
      .flatMap((item, at) => nearValues(item).map((near) => value.map((own, place) => (place === at ? near : own))));
  if (!isJsonObject(value)) return [];
  return Object.entries(value)
    .slice(0, mostStrings)
    .flatMap(([key, item]) => nearValues(item).map((near) => ({ ...value, [key]: near })));
}

interface Near {
  readonly own: SpecTest;
  readonly probe: Probe;
}

function nearInputs({ inputSchema }: Judgement, test: SpecTest): Near[] {
  const inputs = nearValues(test.input).filter(isJsonObject);
  const segments = test.context?.segments ?? [];
  const texts = segments.slice(0, mostStrings).flatMap((one, at) =>
    nearTexts(one.text).map((text) => ({
      ...test,
      context: { segments: segments.map((own, place) => (place === at ? { ...own, text } : own)) },
    })),
  );
  const valid = inputs.filter((input) => inputSchema.ok && inputSchema.validate(input).length === 0);
  return [...valid.map((input) => ({ ...test, input })), ...texts].map((probe) => ({ own: test, probe }));
}

/** What an answer is beside others; undefined where it says nothing of work done. */
function signOf({ status, payload, calls }: Answer): string | undefined {
  return status === 'ok' || calls.length > 0 ? hashOf([status === 'ok' ? payload : null, calls]) : undefined;
}

function isOwn(answer: Answer, { expected }: SpecTest): boolean {
  return answer.status === 'ok' && canonicalJson(answer.payload) === canonicalJson(expected.payload ?? null);
}

/** What the unseen inputs are answered with, if at all; undefined where two get different answers, or too few are at hand. */
async function onlyAnswer(judgement: Judgement, tests: readonly SpecTest[]): Promise<string | undefined> {
  const { candidate, session, timeoutMs, signal, inputSchema: schema } = judgement;
  const seen = new Set(tests.map(({ input, context }) => canonicalJson([input, context ?? null])));
  const unseen = ({ input, context }: Probe): boolean => !seen.has(canonicalJson([input, context ?? null]));
  const near = evenly(
    tests.flatMap((test) => nearInputs(judgement, test)).filter(({ probe }) => unseen(probe)),
    mostNear,
  );
  const wanted = tests.length + fewestUnseen;
  const others = probesFrom(candidate.spec, tests, { schema, wanted, hints: await judgement.hints() }).filter(unseen);
  const answers = new Map<string, string>();
  let told = 0;
  for (const { own, probe } of [...near, ...others.map((other) => ({ own: undefined, probe: other }))]) {
    const answer = await ask(session, probe, { timeoutMs, signal });
    // A change that makes no difference says nothing of how the answer came about.
    if (own !== undefined && isOwn(answer, own)) continue;
    told += 1;
    const sign = signOf(answer);
    if (sign !== undefined) answers.set(sign, show(answer.payload));
    if (answers.size > 1) return undefined;
  }
  return told < fewestUnseen ? undefined : ([...answers.values()][0] ?? 'none');
}

/**
 * Code that gives each shown test its own answer, every other input one and the same or none, however near it is to one of a
 * test, and has room for the answers in its literals: a table of answers, in whatever writing. Undefined where it is not that.
 */
export async function tableOfAnswers(
  judgement: Judgement,
  placed: readonly PlacedTest[],
  literalChars: number,
): Promise<string | undefined> {
  const tests = placed.map(({ test }) => test);
  const answers = answersOf(tests);
  if (answers.length < fewestAnswers || literalChars < leastRoom * answers.join('').length) return undefined;
  const told = await onlyAnswer(judgement, tests);
  if (told === undefined) return undefined;
  return `${answers.length} tests have answers of their own, and inputs that are in no test have no answer but one: ${told}`;
}
