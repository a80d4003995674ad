import { holdsPlaceholder } from '../../evidence/placeholder.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.js';
import type { Spec, SpecTest } from '../../specs/model.js';
import { cases, leastCases } from './cases.js';
import { describeParam, summaryOf, termsOf, wordsOf } from './describe.js';
import type { InducedSkill } from './induce.js';
import type { Destructive, Occurrence } from './match.js';
import { isOptional, type Param, type Program, type Step } from './program.js';
import { schemaOf } from './schema.js';
import { nameOf, toolUses } from './skill-name.js';
import { argumentSchema, limitsOfTool, type ToolSchemas, wordsOfTool } from './tool-words.js';
import { valueKey } from './values.js';
import { writeCode } from './write.js';

export interface WrittenSkill {
  readonly spec: Spec;
  readonly code: string;
  readonly hiddenTests: readonly SpecTest[];
  readonly skill: InducedSkill;
  readonly destructiveTools: readonly string[];
}

const maxHiddenTests = 6;
const maxExamples = 3;

const noSchemas: ToolSchemas = new Map();

function inputSchema(skill: InducedSkill, schemas: ToolSchemas): JsonObject {
  const { params } = skill.program;
  return {
    type: 'object',
    properties: Object.fromEntries(params.map((param) => [param.name, property(param, skill, schemas)])),
    required: params.map((one) => one.name).filter((name) => !isOptional(skill.program, name)),
    additionalProperties: false,
  };
}

function property(param: Param, { program, train, heldOut, stopped }: InducedSkill, schemas: ToolSchemas): JsonObject {
  const given = (some: readonly Occurrence[]): JsonValue[] =>
    some.map((one) => one.input[param.name]).filter((value) => value !== undefined);
  const shown = given(train);
  const all = [...shown, ...given(heldOut)];
  const declared = declaredSchema(param, program, schemas);
  const plain = [...new Map(shown.filter((one) => !holdsPlaceholder(one)).map((one) => [valueKey(one), one])).values()];
  const isHidden = shown.length > 0 && plain.length === 0;
  const about = describeParam(param, program, wordsOfTool(declared));
  return {
    ...paramSchema(param, all, { declared, stopped: stopped === null ? [] : given([stopped]) }),
    description: isHidden ? `${about}; the recorded values were redacted` : about,
    ...(isHidden ? {} : { examples: plain.slice(0, maxExamples) }),
  };
}

/** What the tool says of the argument whose value the parameter is; nothing where it only takes part in making it. */
function declaredSchema(param: Param, program: Program, schemas: ToolSchemas): JsonObject {
  const step = program.steps[param.step];
  const argument = step?.args.find(({ slot }) => slot === param.slot);
  if (!step || !argument) return {};
  const { expr, keys } = argument;
  const isWhole =
    ((expr.kind === 'param' || expr.kind === 'default') && expr.name === param.name) ||
    (param.role === 'list' && expr.kind === 'item' && expr.path.length === 0);
  return isWhole ? argumentSchema(schemas.get(step.tool), keys) : {};
}

function paramSchema(
  param: Param,
  values: readonly JsonValue[],
  { declared, stopped }: { readonly declared: JsonObject; readonly stopped: readonly JsonValue[] },
): JsonObject {
  const own = schemaOf(values);
  if (param.role !== 'list') return { ...own, ...limitsOfTool(declared, [...values, ...stopped]) };
  const items = own['items'];
  if (!isJsonObject(items)) return { ...own, minItems: 1 };
  return { ...own, items: { ...items, ...limitsOfTool(declared, [...values, ...stopped].flat()) }, minItems: 1 };
}

/** What the code says that it used: the tools of its steps, whether or not a list among them was empty. */
function provOf(steps: InducedSkill['program']['steps']): string[] {
  return [...new Set(steps.map((step) => step.tool))];
}

function testOf(skill: InducedSkill, one: Occurrence, name: string): SpecTest {
  const calls = one.calls.map((call) => ({ name: call.tool, args: call.args, result: call.result }));
  const prov_contains = provOf(skill.program.steps);
  return { name, input: { ...one.input }, calls, expected: { status: 'ok', payload: one.payload, prov_contains } };
}

/** Where a program selects: the same recorded answers, but nothing in the list fits. */
function missingTest(skill: InducedSkill, from: Occurrence): SpecTest | null {
  const asked = ({ args }: Step): string | undefined =>
    args.flatMap(({ expr }) => (expr.kind === 'select' && expr.wanted.kind === 'param' ? [expr.wanted.name] : []))[0];
  const at = skill.program.steps.findIndex((step) => asked(step) !== undefined);
  const step = skill.program.steps[at];
  const name = step && asked(step);
  if (name === undefined) return null;
  if (typeof from.input[name] !== 'string') return null;
  const calls = from.steps.slice(0, at).flat();
  const input = { ...from.input, [name]: `not ${from.input[name]}` };
  return {
    name: 'nothing in the list fits',
    input,
    calls: calls.map((call) => ({ name: call.tool, args: call.args, result: call.result })),
    expected: { status: 'missing', payload: null, prov_contains: provOf(skill.program.steps.slice(0, at)) },
  };
}

/** Where a guard stops it: with the answers of a rejected run, nothing is changed. */
function stoppedTest({ program, stopped }: InducedSkill): SpecTest | null {
  const { guard } = program;
  if (guard === null || stopped === null) return null;
  const calls = stopped.steps.slice(0, guard.before).flat();
  return {
    name: 'as in a run that went wrong: it stops in time',
    input: { ...stopped.input },
    calls: calls.map((call) => ({ name: call.tool, args: call.args, result: call.result })),
    expected: { status: 'missing', payload: null, prov_contains: provOf(program.steps.slice(0, guard.before)) },
  };
}

function differ(tests: readonly SpecTest[]): boolean {
  return new Set(tests.map((test) => valueKey(test.expected.payload ?? null))).size > 1;
}

export interface WriteOptions {
  readonly maxTests: number;
  readonly destructive: Destructive;
  /** what the logs define the tools by */
  readonly schemas?: ToolSchemas;
}

/** The words of all runs, to tell what is special about some. */
export function backgroundOf(requests: readonly string[]): Map<string, number> {
  const background = new Map<string, number>();
  for (const request of requests)
    for (const word of wordsOf(request)) background.set(word, (background.get(word) ?? 0) + 1);
  return background;
}

/** Specs, tests and code of the skills, in order; a skill whose tests a constant would pass is left out. */
export function writeSkills(
  skills: readonly InducedSkill[],
  requests: readonly string[],
  options: WriteOptions,
): WrittenSkill[] {
  const taken = new Set<string>(['index']);
  const background = backgroundOf(requests);
  const uses = toolUses(skills.map((one) => one.program));
  return skills.flatMap((skill) => {
    const visibleCases = cases(skill.train).slice(0, Math.max(2, Math.min(4, options.maxTests)));
    const visible = visibleCases.map((one, at) => testOf(skill, one, `recorded case ${at + 1}`));
    if (!differ(visible)) return [];
    const missing = visibleCases[0] && missingTest(skill, visibleCases[0]);
    const edges = [missing, stoppedTest(skill)].filter((one) => one !== null && one !== undefined);
    const hiddenTests = leastCases(skill.program, skill.heldOut, maxHiddenTests).map((one, at) =>
      testOf(skill, one, `held-out case ${at + 1}`),
    );
    const schema = inputSchema(skill, options.schemas ?? noSchemas);
    const runsOf = (list: readonly Occurrence[]) => new Set(list.map((one) => one.run.runId)).size;
    const tasks = new Set(skill.train.map((one) => one.run.group)).size;
    const code = writeCode(skill.program, schema['properties'] as JsonObject, {
      runs: runsOf(skill.train),
      tasks,
      heldOutRuns: runsOf(skill.heldOut),
    });
    const payloads = [...skill.train, ...skill.heldOut].flatMap((one) => (one.payload ? [one.payload] : []));
    const tools = provOf(skill.program.steps);
    const spec: Spec = {
      name: nameOf(skill.program, { destructive: options.destructive, uses, programs: skills.length, taken }),
      kind: 'skill',
      summary: summaryOf(skill.program, termsOf(skill, background, requests.length)),
      input_schema: schema,
      output_schema: schemaOf(payloads, { depth: 0, sure: true }),
      tests: [...visible, ...edges],
      dependencies: { capabilities: [], tools },
      properties: [],
      permissions: { net: [] },
      skip: null,
    };
    return [{ spec, code, hiddenTests, skill, destructiveTools: tools.filter(options.destructive) }];
  });
}
