import { afterAll, describe, expect, test } from 'vitest';
import { fixedClock } from '../../../src/context.js';
import { createGate } from '../../../src/gate/gate.js';
import type { GateLibrary, KnownCapability } from '../../../src/gate/gate-library.js';
import type { Candidate } from '../../../src/gate/model.js';
import type { JsonObject } from '../../../src/json.js';
import { type Spec, type SpecTest, specSchema } from '../../../src/specs/model.js';
import { candidate, configWith, never, openSandbox, rightSum, stageOf, sumSpec, sumTest } from './support.js';

const sandbox = openSandbox();
afterAll(() => sandbox.close());

/** A library that holds these, with how alike it finds them. */
function libraryOf(known: readonly KnownCapability[], likeness = 0.5): GateLibrary {
  return {
    find: async (name) => known.find((one) => one.name === name),
    alike: async (_, limit) => known.slice(0, limit).map((capability) => ({ capability, likeness })),
    withFingerprint: async () => [],
  };
}

const gateOver = (library: GateLibrary) =>
  createGate({ config: configWith(), sandboxes: [sandbox], clock: fixedClock(), library });

const known = (spec: Spec, code: string): KnownCapability => ({
  name: spec.name,
  version: 3,
  spec,
  code,
  language: 'typescript',
});

describe('composition', () => {
  const sum = known(sumSpec(), rightSum);
  const code = `export async function execute(input: { a: number; b: number }, ctx: { call(name: string, args: object): Promise<any> }) {
    const total = await ctx.call('add_numbers', { numbers: [input.a, input.b] });
    return { status: 'ok', payload: { twice: total.payload.sum * 2 }, prov: ['add_numbers'] };
  }`;
  const caseOf = (a: number, b: number, answered = a + b): SpecTest => ({
    name: `${a} and ${b}`,
    input: { a, b },
    calls: [
      {
        name: 'add_numbers',
        args: { numbers: [a, b] },
        result: { status: 'ok', payload: { sum: answered }, prov: [] },
      },
    ],
    expected: { status: 'ok', payload: { twice: answered * 2 }, prov_contains: ['add_numbers'] },
  });
  const skill = (visible: SpecTest[], hidden: SpecTest[]): Candidate => {
    const spec = specSchema.parse({
      name: 'twice_the_sum',
      kind: 'skill',
      summary: 'Add up and double.',
      input_schema: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
      },
      output_schema: { type: 'object' },
      dependencies: { capabilities: ['add_numbers'], tools: [] },
      tests: visible,
    });
    return candidate(code, { spec, visibleTests: visible, hiddenTests: hidden });
  };

  test('runs the real capability, and passes where the recorded answers are what it gives', async () => {
    const report = await gateOver(libraryOf([sum])).judge(skill([caseOf(1, 2), caseOf(5, 9)], [caseOf(4, 4)]), never);
    expect(report.reasons).toEqual([]);
    expect(report.verdict).toBe('admitted');
    expect(stageOf(report, 'composition')).toMatchObject({
      status: 'passed',
      evidence: { versions: { add_numbers: 3 }, real_calls: 2, false_stubs: [] },
    });
  });

  test('names the recorded answer that the real capability cannot give', async () => {
    const report = await gateOver(libraryOf([sum])).judge(
      skill([caseOf(1, 2), caseOf(5, 9, 70)], [caseOf(4, 4)]),
      never,
    );
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'composition' });
    expect(report.reasons.join('\n')).toContain('add_numbers version 3 asked with {"numbers":[5,9]} gives');
  });

  test('tells no value of a hidden test', async () => {
    const hidden = [caseOf(31_337, 4, 99_881)];
    const report = await gateOver(libraryOf([sum])).judge(skill([caseOf(1, 2), caseOf(5, 9)], hidden), never);
    expect(report.failed_stage).toBe('composition');
    expect(JSON.stringify(report)).not.toMatch(/31337|31341|99881|199762/);
  });

  test('comes to no verdict where the skill calls what is not there', async () => {
    const report = await gateOver(libraryOf([])).judge(skill([caseOf(1, 2), caseOf(5, 9)], [caseOf(4, 4)]), never);
    expect(report).toMatchObject({ verdict: 'inconclusive', failed_stage: null });
    expect(report.reasons[0]).toContain('the library has no add_numbers');
  });

  test('answers the tools behind a capability out of its own recordings, and says where there are none', async () => {
    const spec = sumSpec({
      dependencies: { capabilities: [], tools: ['calculator'] },
      tests: [
        {
          ...sumTest('recorded', [1, 2]),
          calls: [{ name: 'calculator', args: { numbers: [1, 2] }, result: 3 }],
        },
      ] as unknown as JsonObject[],
    });
    const asking = `export async function execute(input: any, ctx: any) {
      return { status: 'ok', payload: { sum: await ctx.call('calculator', { numbers: input.numbers }) }, prov: [] };
    }`;
    const library = libraryOf([known(spec, asking)]);
    const report = await gateOver(library).judge(skill([caseOf(1, 2), caseOf(5, 9)], [caseOf(4, 4)]), never);
    expect(report.reasons).toEqual([]);
    expect(stageOf(report, 'composition').evidence).toMatchObject({ real_calls: 1, recorded_calls: 1 });
  });
});

describe('novelty', () => {
  const other = `export async function execute({ values }: { values: number[] }) {
    return { status: 'ok', payload: { total: values.reduce((left, right) => left + right, 0) }, prov: [] };
  }`;
  const otherSpec = (parts: JsonObject = {}): Spec =>
    sumSpec({
      name: 'total_of',
      input_schema: {
        type: 'object',
        properties: { values: { type: 'array', items: { type: 'number' } } },
        required: ['values'],
        additionalProperties: false,
      },
      output_schema: { type: 'object' },
      ...parts,
    });

  test('refuses what the library can do, under whatever names, and says what it repeats', async () => {
    const report = await gateOver(libraryOf([known(otherSpec(), other)])).judge(candidate(rightSum), never);
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'novelty' });
    expect(report.reasons[0]).toContain('"total_of" (version 3)');
  });

  test('finds it by its fingerprint where the words are nothing alike', async () => {
    const first = await gateOver(libraryOf([])).judge(candidate(rightSum), never);
    const fingerprint = stageOf(first, 'novelty').evidence['fingerprint'];
    expect(fingerprint).toEqual(expect.any(String));
    const library: GateLibrary = {
      ...libraryOf([known(otherSpec(), other)]),
      alike: async () => [],
      withFingerprint: async (asked) => (asked === fingerprint ? ['total_of'] : []),
    };
    expect((await gateOver(library).judge(candidate(rightSum), never)).failed_stage).toBe('novelty');
  });

  test('admits what reads alike and does something else, and notes the likeness', async () => {
    const product = other.replace('left + right, 0', 'left * right, 1');
    const report = await gateOver(libraryOf([known(otherSpec(), product)], 0.97)).judge(candidate(rightSum), never);
    expect(report.verdict).toBe('admitted');
    expect(stageOf(report, 'novelty').evidence['alike']).toEqual([{ name: 'total_of', likeness: 0.97 }]);
  });

  test('a new version of the same is no repetition of it', async () => {
    const report = await gateOver(libraryOf([known(sumSpec(), rightSum)])).judge(candidate(rightSum), never);
    expect(report.verdict).toBe('admitted');
  });

  test('two that answer everything alike by saying nothing are not taken for the same', async () => {
    const nothing = `export async function execute() { return { status: 'missing', payload: null, prov: [] }; }`;
    const tests = ['a', 'b', 'c'].map((name) => ({ ...sumTest(name, [1]), expected: { status: 'missing' as const } }));
    const gate = createGate({
      config: configWith({ mutants: 0 }),
      sandboxes: [sandbox],
      clock: fixedClock(),
      library: libraryOf([known(otherSpec(), nothing)]),
    });
    const report = await gate.judge(
      candidate(nothing, { visibleTests: tests.slice(1), hiddenTests: tests.slice(0, 1) }),
      never,
    );
    expect(stageOf(report, 'novelty').status).not.toBe('failed');
  });
});
