import { hashOf } from '../../hash.js';
import { canonicalJson } from '../../json.js';
import { show } from '../compare.js';
import type { Judgement, PlacedTest } from '../judgement.js';
import { ask } from '../probes/ask.js';
import { probesFrom } from '../probes/probes.js';

/** So many inputs that no test has must be answered alike, and so many tests differently, before that says anything. */
const fewestUnseen = 8;
const fewestAnswers = 3;
/** A table of answers takes about as much room as the answers do, in whatever way it is written. */
const leastRoom = 0.5;

/** The answers that shown tests expect, each once. */
function answersOf(tests: readonly PlacedTest[]): string[] {
  const texts = tests.flatMap(({ test: { expected } }) =>
    expected.status === 'ok' ? [canonicalJson(expected.payload ?? expected.payload_contains ?? {})] : [],
  );
  return [...new Set(texts)];
}

/** What the unseen inputs are answered with, if at all; undefined where two get different answers, or too few are at hand. */
async function onlyAnswer(judgement: Judgement, tests: readonly PlacedTest[]): Promise<string | undefined> {
  const { candidate, session, timeoutMs, signal, inputSchema } = judgement;
  const shown = tests.map(({ test }) => test);
  const seen = new Set(shown.map(({ input }) => canonicalJson(input)));
  const probes = probesFrom(candidate.spec, shown, {
    schema: inputSchema,
    wanted: shown.length + 2 * fewestUnseen,
    hints: await judgement.hints(),
  }).filter(({ input }) => !seen.has(canonicalJson(input)));
  if (probes.length < fewestUnseen) return undefined;
  const answers = new Map<string, string>();
  for (const probe of probes.slice(0, fewestUnseen)) {
    const { status, payload, calls } = await ask(session, probe, { timeoutMs, signal });
    if (status === 'ok') answers.set(hashOf([payload, calls]), show(payload));
    if (answers.size > 1) return undefined;
  }
  return [...answers.values()][0] ?? 'none';
}

/**
 * Code that gives each shown test its own answer, every other input one and the same or none, and has room for the answers
 * in its literals: a table of answers, however they are written in it. Undefined where it is not that.
 */
export async function tableOfAnswers(
  judgement: Judgement,
  tests: readonly PlacedTest[],
  literalChars: number,
): Promise<string | undefined> {
  const answers = answersOf(tests);
  if (answers.length < fewestAnswers || literalChars < leastRoom * answers.join('').length) return undefined;
  const told = await onlyAnswer(judgement, tests);
  if (told === undefined) return undefined;
  return `${answers.length} tests have answers of their own, and inputs that are in no test have no answer but one: ${told}`;
}
