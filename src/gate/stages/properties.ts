import { isJsonObject, type JsonObject, type JsonValue } from '../../json.js';
import { sameJson, show } from '../compare.js';
import type { Finding, Judgement, Stage } from '../judgement.js';
import { type Answer, ask } from '../probes/ask.js';
import { type Probe, probesFrom } from '../probes/probes.js';
import { type Path, valueAt, withValue } from '../probes/variations.js';
import { type Property, readProperty } from '../properties/phrases.js';

const probeCount = 24;

/** The place that a name speaks of: without a name, the only property there is, or the whole. */
function placeOf(name: string, within: JsonValue): Path {
  const steps = name.split('.').filter((step) => step !== '');
  const inner = /^(input|payload|output|result)$/.test(steps[0] ?? '') ? steps.slice(1) : steps;
  if (inner.length > 0) return inner;
  const keys = isJsonObject(within) ? Object.keys(within) : [];
  const [only] = keys;
  return keys.length === 1 && only !== undefined ? [only] : [];
}

interface Asking {
  readonly judgement: Judgement;
  answer(probe: Probe): Promise<Answer>;
}

/** What a property says about one probe: kept, broken (and how), or nothing. */
type Outcome = 'kept' | 'silent' | { readonly broken: string };

function checkRelation(property: Extract<Property, { kind: 'relation' }>, probe: Probe, answer: Answer): Outcome {
  const output = valueAt(answer.payload, placeOf(property.output, answer.payload));
  const input = valueAt(probe.input, placeOf(property.input, probe.input));
  const holds = property.holds(output, input);
  if (holds === undefined) return 'silent';
  return holds ? 'kept' : { broken: `input ${show(probe.input)} gives ${show(answer.payload)}` };
}

/** Asks again with one place of the input changed; the answer must stay the same. */
async function checkSame(asking: Asking, probe: Probe, other: JsonValue, answer: Answer): Promise<Outcome> {
  const { inputSchema } = asking.judgement;
  if (!isJsonObject(other) || sameJson(other, probe.input)) return 'silent';
  if (!inputSchema.ok || inputSchema.validate(other).length > 0) return 'silent';
  const again = await asking.answer({ ...probe, input: other });
  if (again.status === 'ok' && sameJson(again.payload, answer.payload)) return 'kept';
  const given = again.status === 'ok' ? show(again.payload) : `status ${again.status}`;
  return { broken: `input ${show(probe.input)} gives ${show(answer.payload)}, but ${show(other)} gives ${given}` };
}

async function checkOne(asking: Asking, property: Property, probe: Probe): Promise<Outcome> {
  const answer = await asking.answer(probe);
  if (answer.status !== 'ok') return 'silent';
  if (property.kind === 'relation') return checkRelation(property, probe, answer);
  if (property.kind === 'elsewhere') return 'kept';
  const path = placeOf(property.input, probe.input);
  const value = valueAt(probe.input, path);
  if (property.kind === 'any_order') {
    if (!Array.isArray(value)) return 'silent';
    return checkSame(asking, probe, withValue(probe.input, path, [...value].reverse()), answer);
  }
  const output = valueAt(answer.payload, placeOf(property.output, answer.payload));
  if (output === undefined || value === undefined) return 'silent';
  return checkSame(asking, probe, withValue(probe.input, path, output), answer);
}

/** A broken property with the probe that breaks it, or how many probes it held for. */
async function check(asking: Asking, property: Property, probes: readonly Probe[]): Promise<Outcome | number> {
  let kept = 0;
  for (const probe of probes) {
    const outcome = await checkOne(asking, property, probe);
    if (typeof outcome === 'object') return outcome;
    if (outcome === 'kept') kept += 1;
  }
  return kept;
}

async function run(judgement: Judgement): Promise<Finding> {
  const { candidate, session, timeoutMs, signal, inputSchema } = judgement;
  const declared = candidate.spec.properties;
  if (declared.length === 0)
    return { status: 'not_run', checked: 0, reasons: ['the spec declares no properties'], evidence: {} };
  // Of visible tests alone: a reason shows the probe.
  const probes = probesFrom(candidate.spec, candidate.visibleTests, {
    schema: inputSchema,
    wanted: probeCount,
    hints: await judgement.hints(),
  });
  const known = new Map<Probe, Promise<Answer>>();
  const answer = (probe: Probe): Promise<Answer> => {
    const found = known.get(probe) ?? ask(session, probe, { timeoutMs, signal });
    known.set(probe, found);
    return found;
  };
  const reasons: string[] = [];
  const unchecked: string[] = [];
  const held: JsonObject = {};
  for (const text of declared) {
    const property = readProperty(text);
    if (property?.kind === 'elsewhere') held[text] = `stage ${property.stage}`;
    else if (property === undefined) unchecked.push(`not checkable: ${text}`);
    else {
      const outcome = await check({ judgement, answer }, property, probes);
      if (typeof outcome === 'object') reasons.push(`"${text}" does not hold: ${outcome.broken}`);
      else if (typeof outcome === 'number' && outcome > 0) held[text] = `${outcome} probes`;
      else unchecked.push(`not checkable: ${text} (no probe says anything about it)`);
    }
  }
  const checked = declared.length - unchecked.length;
  return {
    status: reasons.length > 0 ? 'failed' : checked > 0 ? 'passed' : 'not_run',
    checked,
    reasons: reasons.length > 0 ? reasons : unchecked,
    evidence: { held, not_checkable: unchecked.length, probes: probes.length },
  };
}

/** Declared properties that are written in the phrases the gate knows hold for the probes. */
export const propertiesStage: Stage = {
  code: 'properties',
  runsAfter: (failed) => failed.size === 0,
  run,
};
