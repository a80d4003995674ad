import { hashOf } from '../../hash.js';
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../../json.js';
import type { Spec } from '../../specs/model.js';
import type { KnownCapability } from '../gate-library.js';
import { type CompiledSchema, compileSchema } from '../json-schema.js';
import { type Finding, type Judgement, placedTests, type Stage } from '../judgement.js';
import { type Answer, ask } from '../probes/ask.js';
import { inputShape, type Probe, probesFrom, shapeProbes } from '../probes/probes.js';
import { openingOf } from '../runtimes/runtime.js';

const maxSuspects = 8;
const testProbeCount = 36;

/** The values of an answer without the names that its author gave them. */
function withoutNames(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNames);
  if (!isJsonObject(value)) return value;
  const values = Object.values(value).map(withoutNames);
  const [only] = values;
  if (values.length === 1 && only !== undefined) return only;
  return values.map((each) => canonicalJson(each)).sort();
}

function answerKey({ payload, calls }: Answer): string {
  return canonicalJson([withoutNames(payload), [...calls]]);
}

interface Fingerprint {
  /** Null where the answers are too much alike to tell capabilities apart. */
  readonly fingerprint: string | null;
  /** Different good answers among those to the shared probes. */
  readonly informative: number;
}

async function fingerprintOf(judgement: Judgement): Promise<Fingerprint> {
  const { candidate, session, timeoutMs, signal, settings, inputSchema } = judgement;
  const { dependencies, permissions } = candidate.spec;
  const { capabilities, tools } = dependencies;
  // What calls others gives nothing of its own where nothing answers it.
  if (capabilities.length + tools.length + permissions.net.length > 0) return { fingerprint: null, informative: 0 };
  const answers: string[] = [];
  const distinct = new Set<string>();
  for (const probe of shapeProbes(candidate.spec, inputSchema)) {
    const answer = await ask(session, probe, { timeoutMs, signal });
    const key = answer.status === 'ok' ? answerKey(answer) : answer.status;
    if (answer.status === 'ok') distinct.add(key);
    answers.push(`${canonicalJson(withoutNames(probe.input))} ${key}`);
  }
  const fingerprint = distinct.size < settings.noveltyProbes ? null : hashOf([inputShape(candidate.spec), answers]);
  return { fingerprint, informative: distinct.size };
}

/** The input under the names of another capability's properties, by their place. */
function renamedInput(input: JsonObject, from: Spec, to: Spec): JsonObject {
  const names = (spec: Spec): string[] => {
    const properties = spec.input_schema['properties'];
    return isJsonObject(properties) ? Object.keys(properties) : [];
  };
  const [own, other] = [names(from), names(to)];
  if (own.every((name) => other.includes(name))) return input;
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [other[own.indexOf(key)] ?? key, value]));
}

interface Comparison {
  readonly judgement: Judgement;
  readonly probes: readonly Probe[];
  answer(probe: Probe): Promise<Answer>;
}

/** Different good answers that both give alike; undefined as soon as they differ in one. */
async function agreement(comparison: Comparison, suspect: KnownCapability): Promise<number | undefined> {
  const { judgement, probes, answer } = comparison;
  const { candidate, timeoutMs, signal } = judgement;
  const schema: CompiledSchema = compileSchema(suspect.spec.input_schema);
  const session = await judgement.sandboxFor(suspect.language).open(suspect.code, openingOf(suspect.spec));
  const shared = new Set<string>();
  try {
    for (const probe of probes) {
      const input = renamedInput(probe.input, candidate.spec, suspect.spec);
      if (!schema.ok || schema.validate(input).length > 0) continue;
      const [own, other] = [await answer(probe), await ask(session, { ...probe, input }, { timeoutMs, signal })];
      if (own.status !== 'ok' && other.status !== 'ok') continue;
      if (own.status !== other.status || answerKey(own) !== answerKey(other)) return undefined;
      shared.add(answerKey(own));
    }
    return shared.size;
  } finally {
    await session.close();
  }
}

async function suspectsOf(judgement: Judgement, fingerprint: string | null) {
  const { candidate, library, signal } = judgement;
  if (library === undefined) return { suspects: [], alike: [] };
  const alike = (await library.alike(candidate.spec, maxSuspects, signal)).filter(
    ({ capability }) => capability.name !== candidate.spec.name,
  );
  const suspects = new Map(alike.map(({ capability }) => [capability.name, capability]));
  for (const name of fingerprint === null ? [] : await library.withFingerprint(fingerprint)) {
    const capability = suspects.get(name) ?? (await library.find(name));
    if (capability && name !== candidate.spec.name) suspects.set(name, capability);
  }
  const shape = inputShape(candidate.spec);
  return { alike, suspects: [...suspects.values()].filter(({ spec }) => inputShape(spec) === shape) };
}

async function run(judgement: Judgement): Promise<Finding> {
  const { candidate, settings, session, timeoutMs, signal, inputSchema } = judgement;
  if (judgement.library === undefined)
    return { status: 'not_run', checked: 0, reasons: ['there is no library to compare with'], evidence: {} };
  // What a test kept back holds must not shape what is told of likenesses.
  const tests = placedTests(candidate).flatMap(({ test, from }) => (from === 'hidden' ? [] : [test]));
  const { fingerprint, informative } = await fingerprintOf(judgement);
  const { alike, suspects } = await suspectsOf(judgement, fingerprint);
  const known = new Map<Probe, Promise<Answer>>();
  const comparison: Comparison = {
    judgement,
    probes:
      suspects.length === 0
        ? []
        : [
            ...probesFrom(candidate.spec, tests, {
              schema: inputSchema,
              wanted: testProbeCount,
              hints: await judgement.hints(),
            }),
            ...shapeProbes(candidate.spec, inputSchema),
          ],
    answer: (probe) => {
      const answer = known.get(probe) ?? ask(session, probe, { timeoutMs, signal });
      known.set(probe, answer);
      return answer;
    },
  };
  const reasons: string[] = [];
  for (const suspect of suspects) {
    const shared = await agreement(comparison, suspect);
    if (shared !== undefined && shared >= settings.noveltyProbes)
      reasons.push(
        `it does what "${suspect.name}" (version ${suspect.version}) does: all answers are alike, ${shared} different ones among them; use that one, or pass supersedes: "${suspect.name}"`,
      );
  }
  const noted = alike.filter(({ likeness }) => likeness >= settings.noveltyLikeness);
  return {
    status: reasons.length > 0 ? 'failed' : 'passed',
    checked: suspects.length,
    reasons,
    evidence: {
      fingerprint,
      informative,
      alike: noted.map(({ capability, likeness }) => ({
        name: capability.name,
        likeness: Math.round(likeness * 100) / 100,
      })),
    },
  };
}

/** What the library can do already is not admitted under another name; a likeness of words alone is only noted. */
export const noveltyStage: Stage = {
  code: 'novelty',
  runsAfter: (failed) => failed.size === 0,
  run,
};
