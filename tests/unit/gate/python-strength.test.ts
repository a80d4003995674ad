import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixedClock } from '../../../src/context.js';
import { createGate } from '../../../src/gate/gate.js';
import type { Gate, GateReport } from '../../../src/gate/model.js';
import type { SpecTest } from '../../../src/specs/model.js';
import { openPython, pythonConfig } from '../../support/python.js';
import { candidate, never, stageOf, sumSpec } from './support.js';

const sandbox = openPython();
// The interpreter may have to be made first.
beforeAll(async () => {
  await sandbox.health();
});
afterAll(() => sandbox.close());
// A machine that is busy with other tests is slow; nothing here is about time.
const gateOf = (settings: Record<string, unknown> = {}): Gate =>
  createGate({
    config: pythonConfig({ test_timeout_ms: 20_000, mutation_time_ms: 300_000, ...settings }),
    sandboxes: [sandbox],
    clock: fixedClock(),
  });

const clamp = `# Größe: 𝒳
def execute(input, ctx):
    n = input["n"]
    if n < 0:
        n = 0
    if n > 10:
        n = 10
    return {"status": "ok", "payload": {"n": n}, "prov": []}
`;
const spec = sumSpec({
  input_schema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
  output_schema: { type: 'object' },
});
type Answer = (n: number) => number;
const clamped: Answer = (n) => Math.min(10, Math.max(0, n));
const caseOf = (n: number, answer: Answer): SpecTest => ({
  name: `n ${n}`,
  input: { n },
  expected: { status: 'ok', payload: { n: answer(n) } },
});

interface Trial {
  readonly code: string;
  readonly answer: Answer;
  readonly settings: Record<string, unknown>;
}

function judge(visible: number[], hidden: number[], trial: Partial<Trial> = {}): Promise<GateReport> {
  const { code = clamp, answer = clamped, settings = {} } = trial;
  const tests = (numbers: number[]): SpecTest[] => numbers.map((n) => caseOf(n, answer));
  const judged = { spec, language: 'python' as const, visibleTests: tests(visible), hiddenTests: tests(hidden) };
  return gateOf(settings).judge(candidate(code, judged), never);
}

const evidenceOf = (report: GateReport) => stageOf(report, 'strength').evidence;

describe('the strength of tests of Python', { timeout: 300_000 }, () => {
  test('is refused where small faults pass, and the author is told which, by line', async () => {
    const report = await judge([3, 5], [12]);
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'strength' });
    expect(evidenceOf(report)['survivors']).toEqual(
      expect.arrayContaining([
        'line 4: `n < 0` becomes `False` (condition); write a test that tells the two apart',
        'line 5: `n = 0` is left out (statement deleted); write a test that tells the two apart',
      ]),
    );
  });

  test('is enough once the missing tests are there, and what changes nothing does not count', async () => {
    const report = await judge([3, -4, 40], [0, 10]);
    expect(report).toMatchObject({ verdict: 'admitted', reasons: [] });
    // At the bound itself < and <= do the same, and so does a bound of 1 in place of 0 with what is set there.
    expect(evidenceOf(report)['mutants']).toMatchObject({ required: 0.8, equivalent: 3 });
  });

  test('counts what hidden tests notice, and does not tell it', async () => {
    const [noticing, blind] = [await judge([3, 5, -4], [77]), await judge([3, 5, -4], [7])];
    expect([noticing.verdict, blind.verdict]).toEqual(['admitted', 'rejected']);
    expect(evidenceOf(noticing)).toEqual(evidenceOf(blind));
  });

  test('is judged by the baselines alone where the operator wants no mutants', async () => {
    const none = await judge([3, 5], [12], { settings: { mutants: 0 } });
    expect(none.verdict).toBe('admitted');
    expect(JSON.stringify(evidenceOf(none))).toContain('gate.mutants is 0');
  });

  test('is judged although some mutants never end', async () => {
    const code = `def execute(input, ctx):
    n, at = 0, 0
    while at < input["n"]:
        at += 1
        n += at
    return {"status": "ok", "payload": {"n": n}, "prov": []}
`;
    const report = await judge([1, 3, 6], [0], { code, answer: (n) => (n * (n + 1)) / 2 });
    expect(report).toMatchObject({ verdict: 'admitted', reasons: [] });
    expect(evidenceOf(report)['mutants']).toMatchObject({ kill_rate: 1 });
  });

  test('is not made to look better by code that remembers how often it ran', async () => {
    const code = clamp.replace(
      '    n = input["n"]\n',
      `    import string
    string.runs = getattr(string, "runs", 0) + 1
    if string.runs > 4:
        raise ValueError("enough")
    n = input["n"]
`,
    );
    const report = await judge([3, 5], [12], { code });
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'strength' });
    expect(report.reasons.join()).toContain('`n < 0` becomes `False`');
  });

  test('is judged for skills by the calls that the tests record', async () => {
    const skill = `def execute(input, ctx):
    total, prov = 0, []
    for name in input["names"]:
        answer = ctx.call("shop.price", {"name": name})
        if answer.get("price", 0) > 0:
            total += answer["price"]
            prov.append(name)
    return {"status": "ok", "payload": {"total": round(total, 2)}, "prov": prov}
`;
    const shop: Record<string, number> = { tea: 3.5, jam: 2.25, air: 0 };
    const order = (names: string[], told: boolean): SpecTest => ({
      name: names.join(' ') || 'none',
      input: { names },
      calls: names.map((name) => ({ name: 'shop.price', args: { name }, result: { price: shop[name] ?? 0 } })),
      expected: {
        status: 'ok',
        payload: { total: names.reduce((sum, name) => sum + (shop[name] ?? 0), 0) },
        ...(told && {
          prov_contains: names.filter((name) => shop[name]),
          prov_len: names.filter((n) => shop[n]).length,
        }),
      },
    });
    const report = async (orders: string[][], told: boolean): Promise<GateReport> => {
      const tests = orders.map((names) => order(names, told));
      const parts = {
        kind: 'skill',
        input_schema: { type: 'object', properties: { names: { type: 'array', items: { type: 'string' } } } },
        output_schema: { type: 'object' },
        dependencies: { capabilities: [], tools: ['shop.price'] },
        tests: tests.slice(1),
      };
      const judged = { spec: sumSpec(parts), visibleTests: tests.slice(1), hiddenTests: tests.slice(0, 1) };
      return gateOf().judge(candidate(skill, { ...judged, language: 'python' }), never);
    };
    expect(await report([['jam', 'air'], ['tea', 'jam'], [], ['air', 'tea']], true)).toMatchObject({ reasons: [] });
    const weak = await report([['tea'], ['tea', 'tea'], ['tea', 'jam']], false);
    expect(JSON.stringify(evidenceOf(weak)['survivors'])).toContain('line 7: `prov.append(name)` is left out');
  });

  test('is judged for libraries of the other layout too', async () => {
    const code = `import runtime


def execute(context, params, primitives=None, controlled_llm=None):
    found, prov = 0, []
    for segment in context.get("segments", []):
        hits = segment["text"].lower().split().count(params["word"])
        if hits > 0:
            found += hits
            prov.append(segment["id"])
    if found == 0:
        return runtime.missing(reason="never", obs_type="count")
    return runtime.ok(payload={"count": found}, prov=prov, obs_type="count")
`;
    const test = (texts: string[], expected: SpecTest['expected']): SpecTest => ({
      name: texts.join(),
      input: { context: { segments: texts.map((text, at) => ({ id: at + 1, text })) }, params: { word: 'red' } },
      expected,
    });
    const layout = sumSpec({ input_schema: { type: 'object' }, output_schema: { type: 'object' } });
    const report = (tests: SpecTest[]): Promise<GateReport> => {
      const judged = { spec: layout, visibleTests: tests.slice(1), hiddenTests: tests.slice(0, 1) };
      return gateOf().judge(candidate(code, { ...judged, language: 'python' }), never);
    };
    const many = test(['Red blue red', 'green', 'red'], { status: 'ok', payload: { count: 3 }, prov_len: 2 });
    const one = test(['a', 'RED'], { status: 'ok', payload: { count: 1 }, prov_contains: [2], prov_len: 1 });
    const none = test(['green'], { status: 'missing', payload: { reason: 'never' } });
    const empty = { ...test([], { status: 'missing' }), input: { context: { segments: [] }, params: { word: 'red' } } };
    expect((await report([none, many, one, empty])).reasons).toEqual([]);
    const weak = await report([one, many, test(['red'], { status: 'ok', payload: { count: 1 } })]);
    expect(weak).toMatchObject({ verdict: 'rejected', failed_stage: 'strength' });
    expect(weak.reasons.join('\n')).toMatch(/line 12: .*status/);
  });
});
