import { isJsonObject, type JsonObject, type JsonValue } from '../../json.js';
import { summaryIssues } from '../../specs/check-text.js';
import { observationStatuses, type RecordedAnswer, type Spec, type SpecTest, specSchema } from '../../specs/model.js';
import { type Artifact, capabilityName, type LayoutSpec, type LayoutTest } from './layout.js';

type ReadArtifact = Extract<Artifact, { ok: true }>;
type Expected = SpecTest['expected'];

const maxProse = 2_000;

/** Text for people, without what cannot be seen. */
function prose(value: JsonValue | undefined): string {
  const text = typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u{2028}\u{2029}\s]+/gu, ' ')
    .trim()
    .slice(0, maxProse);
}

/** Values of the other layout's `payload_contains`: null asks for the key, a text for a part, anything else for itself. */
function expectedFields(contains: JsonObject): Pick<Expected, 'payload_has' | 'payload_text'> & { keys: string[] } {
  const entries = Object.entries(contains);
  const texts = entries.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : []));
  const exact = entries.filter(([, value]) => value !== null && typeof value !== 'string');
  return {
    keys: entries.filter(([, value]) => value === null).map(([key]) => key),
    ...(texts.length > 0 && { payload_text: Object.fromEntries(texts) }),
    ...(exact.length > 0 && { payload_has: Object.fromEntries(exact) }),
  };
}

function statusOf(text: string): Expected['status'] {
  return observationStatuses.find((status) => status === text);
}

function mapExpected(expected: LayoutTest['expected']): Expected {
  const { keys, ...fields } = expectedFields(expected?.payload_contains ?? {});
  const allKeys = [...new Set([...(expected?.payload_keys ?? []), ...keys])];
  const status = expected?.status ? statusOf(expected.status) : undefined;
  const { type, prov_contains: prov, prov_len: length, payload } = expected ?? {};
  return {
    ...(status && { status }),
    ...(payload !== undefined && { payload }),
    ...(type && { type }),
    ...(prov && prov.length > 0 && { prov_contains: prov }),
    ...(length !== undefined && length !== null && { prov_len: length }),
    ...(allKeys.length > 0 && { payload_keys: allKeys }),
    ...fields,
  };
}

/** Stubs answer whatever they are asked, as often as they are asked. */
function mapStubs(stubs: JsonObject): RecordedAnswer[] {
  return Object.entries(stubs).map(([name, result]) => ({
    name: capabilityName(name),
    args: {},
    result,
    any_args: true,
  }));
}

function mapTest(test: LayoutTest, at: number): SpecTest {
  const calls = mapStubs(test.primitive_stubs ?? {});
  return {
    name: `${at + 1} ${prose(test.name) || 'test'}`.slice(0, 120),
    input: { context: test.context ?? {}, params: test.params ?? {} },
    ...(calls.length > 0 && { calls }),
    expected: mapExpected(test.expected),
  };
}

function summaryOf(raw: LayoutSpec, spec: Omit<Spec, 'summary'>): string {
  const told = prose(raw.need_summary) || prose(raw.spec?.goal) || spec.name.replaceAll('_', ' ');
  const summary = told.slice(0, 400);
  if (summaryIssues({ ...spec, summary }).length === 0) return summary;
  return `Compute ${spec.name.replaceAll('_', ' ')}: ${summary}`.slice(0, 500);
}

function inputSchemaOf(raw: LayoutSpec): JsonObject {
  const inputs = isJsonObject(raw.spec?.inputs) ? raw.spec.inputs : { params: raw.spec?.inputs ?? '' };
  const described = (key: string): JsonObject => {
    const description = prose(inputs[key]);
    return { type: 'object', ...(description !== '' && { description }) };
  };
  return {
    type: 'object',
    properties: { context: described('context'), params: described('params') },
    additionalProperties: false,
  };
}

/** What cannot be carried over; a test that asked for it could never fail or never pass. */
function problemOf({ tests }: ReadArtifact): string | undefined {
  const odd = tests.findIndex(({ expected }) => expected?.status && statusOf(expected.status) === undefined);
  return odd < 0 ? undefined : `test ${odd + 1} expects a status other than ${observationStatuses.join(', ')}`;
}

/**
 * The spec of an artefact of another library: its input is `{ context, params }`, its stubs are recorded answers by name.
 * One that this program exported comes back as it was.
 */
export function specOf(artifact: ReadArtifact): { readonly spec: Spec } | { readonly problem: string } {
  if (artifact.spec.foundry) {
    const own = specSchema.safeParse(artifact.spec.foundry.spec);
    return own.success ? { spec: own.data } : { problem: 'spec.json names a spec of this program that is none' };
  }
  const problem = problemOf(artifact);
  if (problem !== undefined) return { problem };
  const tests = artifact.tests.map(mapTest);
  const called = tests.flatMap((test) => (test.calls ?? []).map(({ name }) => name));
  const capabilities = [...new Set([...(artifact.spec.dependencies ?? []).map(capabilityName), ...called])];
  const outputs = prose(artifact.spec.spec?.outputs);
  const rest: Omit<Spec, 'summary'> = {
    name: capabilityName(artifact.spec.name),
    // What calls nothing is a primitive here, whatever folder it lay in.
    kind: capabilities.length > 0 ? 'skill' : 'primitive',
    input_schema: inputSchemaOf(artifact.spec),
    output_schema: { type: 'object', ...(outputs !== '' && { description: outputs }) },
    tests,
    dependencies: { capabilities, tools: [] },
    properties: [],
    permissions: { net: [] },
    skip: null,
  };
  return { spec: { ...rest, summary: summaryOf(artifact.spec, rest) } };
}
