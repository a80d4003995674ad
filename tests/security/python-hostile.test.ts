import { afterAll, describe, expect, test } from 'vitest';
import { fixedClock } from '../../src/context.js';
import { createGate } from '../../src/gate/gate.js';
import type { Gate } from '../../src/gate/model.js';
import type { InvokeOutcome } from '../../src/gate/runtimes/runtime.js';
import { openPython, pythonConfig } from '../support/python.js';
import { everyThird } from '../support/sampled.js';
import { candidate, invocation, never, stageOf, sumSpec, sumTest } from '../unit/gate/support.js';
import { pythonCorpus, slyPython } from './corpus/python.js';

const settings = { memory_mb: 96, test_timeout_ms: 1_500 };
const sandbox = openPython(settings);
const gateIn = (gate: Record<string, number>): Gate =>
  createGate({ config: pythonConfig(gate), sandboxes: [sandbox], clock: fixedClock() });
const gate = gateIn(settings);
const hastyGate = gateIn({ ...settings, test_timeout_ms: 400 });
afterAll(() => sandbox.close());

async function run(code: string, timeoutMs = 400): Promise<InvokeOutcome> {
  const session = await sandbox.open(code);
  try {
    return await session.invoke(
      invocation({ input: { n: 7 }, timeoutMs, onCall: async ({ name, args }) => ({ name, args }) }),
      never,
    );
  } finally {
    await session.close();
  }
}

const innocent = `
import json, random
def execute(input, ctx):
    answer = json.loads(json.dumps({"a": [input["n"]]}))
    return [answer, len("four"), str(isinstance(1, int)), ctx.random()]
`;

describe('a hostile candidate in Python', () => {
  test.concurrent.each(everyThird(pythonCorpus, 'hostile Python candidates in the sandbox'))(
    'that $name ends as it must',
    async ({ code, ends }) => {
      // Time counts from the first invocation, so only what is to run out of it gets little.
      const patience = 'reasons' in ends && ends.reasons.includes('timeout') ? 300 : 20_000;
      const outcome = await run(code, patience);
      if ('value' in ends) expect(outcome).toMatchObject({ ok: true, value: ends.value });
      else expect(ends.reasons, JSON.stringify(outcome)).toContain(outcome.ok ? 'ok' : outcome.reason);
      expect(JSON.stringify(outcome)).not.toMatch(/root:|node_modules|forged"?,|OPENAI/);
      expect(outcome.logs.length).toBeLessThan(20_000);
    },
  );

  test('is refused by the static stage wherever the code itself shows what it is about', async () => {
    const wrong: string[] = [];
    for (const { name, code, refused } of pythonCorpus) {
      const facts = await sandbox.inspect?.(code);
      if ((facts?.problems.length ?? 0) > 0 !== refused) wrong.push(`${name}: ${facts?.problems.join('; ')}`);
    }
    expect(wrong).toEqual([]);
  });

  test('leaves the next one untouched', async () => {
    const value = [{ a: [7] }, 4, 'True', 0.6270739405881613];
    expect(await run(innocent, 10_000)).toMatchObject({ ok: true, value, inputChanged: false });
  });

  test('finds nothing of its earlier invocations in the interpreter', async () => {
    const session = await sandbox.open(`
import sys, builtins, string
seen = []
def execute(input, ctx):
    seen.append(1)
    found = [len(seen), hasattr(builtins, "kept"), "colorsys" in sys.modules]
    builtins.kept = 1
    import colorsys
    return found
`);
    const answers = [];
    for (let at = 0; at < 3; at += 1) {
      const outcome = await session.invoke(invocation({ timeoutMs: 5_000 }), never);
      answers.push(outcome.ok ? outcome.value : outcome.reason);
    }
    await session.close();
    const first = [1, false, false];
    expect(answers).toEqual([first, first, first]);
  });
});

describe('the gate for Python', () => {
  test.concurrent.each(everyThird(slyPython, 'hostile Python candidates in the gate', 1))(
    'rejects the candidate that $name',
    async ({ code, refused }) => {
      const report = await hastyGate.judge(candidate(code, { language: 'python' }), never);
      expect(report.verdict).toBe('rejected');
      if (refused) expect(report.failed_stage).toBe('static');
      expect(JSON.stringify(report).length).toBeLessThan(20_000);
    },
  );

  const right = `
def execute(input, ctx):
    return {"status": "ok", "payload": {"sum": sum(input["numbers"])}, "prov": []}
`;
  const python = { language: 'python', hiddenTests: [sumTest('hidden_8431', [77_118_231, 1])] } as const;

  test('admits what is right, and says what it ran on', async () => {
    const report = await gate.judge(candidate(right, python), never);
    expect(report).toMatchObject({ verdict: 'admitted', reasons: [], language: 'python' });
    expect(report.runtime.fingerprint).toMatch(/^pyodide 314/);
    expect(report.runtime.isolation).toContain('interpreter_per_candidate');
  });

  test.each([
    ['imports what is not there', `import numpy\n${right}`, 'static'],
    ['changes its input', right.replace('return', 'input["numbers"].append(0)\n    return'), 'contract'],
    ['is wrong', right.replace('sum(input', 'max(input'), 'contract'],
    [
      'remembers the shown tests',
      right.replace(
        'return',
        'if input["numbers"] not in ([2, 3], [1, 10, 100]): return {"status": "ok", "payload": {"sum": 0}, "prov": []}\n    return',
      ),
      'hidden',
    ],
    [
      'rolls its own dice',
      right.replace(
        'return',
        'import random\n    if random.random() > 0.15: return {"status": "fail", "payload": {}, "prov": []}\n    return',
      ),
      'determinism',
    ],
    [
      'looks at the clock',
      right.replace(
        'return',
        'import time\n    if time.time() > 2e9: return {"status": "fail", "payload": {}, "prov": []}\n    return',
      ),
      'determinism',
    ],
    [
      'looks at the zone',
      right.replace(
        'return',
        'import time\n    if time.localtime(0).tm_hour: return {"status": "fail", "payload": {}, "prov": []}\n    return',
      ),
      'determinism',
    ],
  ])('rejects code that %s', async (_what, code, stage) => {
    const report = await gate.judge(candidate(code, python), never);
    expect(report.verdict).toBe('rejected');
    expect([stage, 'visible']).toContain(report.failed_stage);
    expect(JSON.stringify(report)).not.toMatch(/77118231|77118232|hidden_8431/);
  });

  test('lets code that keeps hidden inputs say nothing of them where its answers are told', async () => {
    const keeping = `
import string
def execute(input, ctx):
    kept = string.__dict__.setdefault("kept", [])
    total = sum(input["numbers"])
    if total > 1000:
        kept.append(total)
    elif kept:
        return {"status": "ok", "payload": {"sum": -kept[0]}, "prov": []}
    return {"status": "ok", "payload": {"sum": total}, "prov": []}
`;
    const spec = sumSpec({ properties: ['sum is non-negative'] });
    const report = await gate.judge(candidate(keeping, { ...python, spec }), never);
    expect(JSON.stringify(report)).not.toMatch(/77118231|77118232/);
    // What it kept would else show in each of these, and the numbers would tell it.
    expect(stageOf(report, 'properties').reasons.join()).not.toContain('-7711');
    expect(stageOf(report, 'visible').status).toBe('passed');
    expect(stageOf(report, 'hidden').status).toBe('passed');
  });

  test('flags imports that are only tried', async () => {
    const report = await gate.judge(
      candidate(`try:\n    import numpy\nexcept ImportError:\n    numpy = None\n${right}`, python),
      never,
    );
    expect(report.verdict).toBe('admitted');
    expect(stageOf(report, 'static').evidence['flags']).toEqual([
      expect.stringContaining('imports numpy if it is there'),
    ]);
  });
});
