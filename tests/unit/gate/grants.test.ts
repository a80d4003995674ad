import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConfigFile } from '../../../src/config.js';
import { fixedClock } from '../../../src/context.js';
import { createGate } from '../../../src/gate/gate.js';
import type { Candidate, Gate } from '../../../src/gate/model.js';
import type { Sandbox } from '../../../src/gate/runtimes/runtime.js';
import { createTypescriptSandbox } from '../../../src/gate/runtimes/typescript.js';
import { staticProblems } from '../../../src/gate/stages/static-check.js';
import { silentLogger } from '../../../src/log.js';
import type { Spec, SpecTest } from '../../../src/specs/model.js';
import { installPackages } from '../../support/packages.js';
import { weatherCode, weatherSpec } from '../../support/weather.js';
import { serveWeb, type Web, weather } from '../../support/web.js';
import { candidate, configWith, never, stageOf, sumSpec, sumTest } from './support.js';

const installed = installPackages();
const sandboxes: Sandbox[] = [];
afterAll(async () => {
  await Promise.all(sandboxes.map((sandbox) => sandbox.close()));
  installed.remove();
});

/** A gate of an operator with these grants. */
function gateOf(grants: ConfigFile['grants']): { gate: Gate; sandbox: Sandbox } {
  const config = { ...configWith(), file: { grants }, packagesDir: installed.folder };
  const sandbox = createTypescriptSandbox({ config, log: silentLogger });
  sandboxes.push(sandbox);
  return { sandbox, gate: createGate({ config, sandboxes: [sandbox], clock: fixedClock() }) };
}

describe('a candidate that fetches', () => {
  let web: Web;
  let gate: Gate;
  beforeAll(async () => {
    web = await serveWeb(weather);
    ({ gate } = gateOf({ net: [web.host] }));
  });
  afterAll(() => web.close());

  function judged(code: string, changes: Partial<Spec> = {}, parts: Partial<Candidate> = {}) {
    const spec = weatherSpec(web.origin, web.host, changes);
    const [hidden, ...visibleTests] = spec.tests as [SpecTest, ...SpecTest[]];
    return gate.judge(candidate(code, { spec, visibleTests, hiddenTests: [hidden], ...parts }), never);
  }

  test('is judged by its recorded answers through every stage, without a packet', async () => {
    const report = await judged(weatherCode(web.origin));
    expect(report).toMatchObject({ verdict: 'admitted', reasons: [] });
    expect(stageOf(report, 'static').evidence).toMatchObject({ hosts: { declared: [web.host], not_granted: [] } });
    const { mutants } = stageOf(report, 'strength').evidence as { mutants: { judged: number } };
    expect(mutants.judged).toBeGreaterThanOrEqual(5);
    expect(web.hits).toEqual([]);
  });

  test('gets the recorded answer however it writes the method and the url', async () => {
    const code = weatherCode(web.origin).replace(
      'input.city);',
      "input.city + '#now', { method: 'get', headers: {} });",
    );
    expect(await judged(code)).toMatchObject({ verdict: 'admitted' });
  });

  test('is rejected where it asks what was not recorded', async () => {
    const code = weatherCode(web.origin).replace('input.city);', "input.city, { method: 'POST' });");
    const report = await judged(code);
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'visible' });
    expect(report.reasons.join()).toContain('no recorded answer for that call');
    expect(web.hits).toEqual([]);
  });

  test('is rejected where it asks more than it uses, be it behind its own back', async () => {
    const leak = `ctx.fetch('${web.origin}/leak?' + JSON.stringify(input)).catch(() => 0);`;
    for (const more of [`await ${leak}`, leak]) {
      const code = weatherCode(web.origin).replace('const answer', `${more}\n  const answer`);
      expect(await judged(code)).toMatchObject({ verdict: 'rejected', failed_stage: 'visible' });
    }
    expect(web.hits).toEqual([]);
  });

  test('is rejected by the contract where a test records what the spec does not declare', async () => {
    const report = await judged(weatherCode(web.origin), { permissions: { net: ['api.example.org'] } });
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'contract' });
    expect(report.reasons).toContain(
      `contract: test "Rome": it records a fetch of ${web.host}, which permissions.net does not declare`,
    );
    const [ofHidden] = report.reasons.filter((reason) => reason.includes('a hidden test'));
    expect(ofHidden).toBe('contract: a hidden test: it records a fetch that permissions.net does not declare');
    expect(stageOf(report, 'static').evidence).toMatchObject({ hosts: { not_granted: ['api.example.org'] } });
  });
});

const packages = ['double-it', '@some/words@2.0.0'];
const twiceSpec = (asked: string[] = packages) =>
  sumSpec({
    name: 'add_twice',
    tests: [twice('two', [2, 3]), twice('three', [1, 10, 100])],
    permissions: { net: [], packages: asked },
  });
function twice(name: string, numbers: number[]): SpecTest {
  const { input } = sumTest(name, numbers);
  const sum = 2 * numbers.reduce((left, right) => left + right, 0);
  return { name, input, expected: { status: 'ok', payload: { sum } } };
}
const twiceCode = `
import double, { unit } from 'double-it';
import * as words from '@some/words';
import { deep } from '@some/words/deep';
export async function execute(input: { numbers: number[] }) {
  let sum = 0;
  for (const each of input.numbers) sum += double(each);
  if (unit !== 2 || words.count('a b') !== 2 || words.default('a b').length !== 2 || deep !== 7) throw new Error('lost');
  return { status: 'ok', payload: { sum }, prov: [] };
}`;

describe('a candidate that imports', () => {
  const hiddenTests = [twice('none', []), twice('negative', [-7, 4])];
  const judge = (grants: ConfigFile['grants'], code: string, spec = twiceSpec()) =>
    gateOf(grants).gate.judge(candidate(code, { spec, hiddenTests }), never);

  test('declared and granted packages is admitted, and the report says what they were', async () => {
    const report = await judge({ packages: ['double-it', '@some/words'] }, twiceCode);
    expect(report).toMatchObject({ verdict: 'admitted', reasons: [] });
    expect(report.runtime.packages?.names).toEqual(['@some/words@2.0.0', 'double-it@1.2.3', 'times-it@0.1.0']);
    expect(report.runtime.packages?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await judge({ packages }, twiceCode)).toMatchObject({ runtime: { packages: report.runtime.packages } });
  });

  test('a package that is not granted fails the static stage with the key that grants it', async () => {
    const report = await judge({ packages: ['@some/words'] }, twiceCode);
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'static' });
    expect(report.reasons).toEqual([
      'static: line 2: the package double-it is not granted: the operator grants it under grants.packages in foundry.config.json',
    ]);
    expect(report.runtime).not.toHaveProperty('packages');
  });

  test('a package that is granted and not declared fails the static stage', async () => {
    const report = await judge({ packages: ['double-it', '@some/words'] }, twiceCode, twiceSpec(['double-it']));
    expect(report.failed_stage).toBe('static');
    expect(report.reasons.join()).toContain('but of packages that the spec declares');
  });

  test('a package that needs Node fails to load, and is named', async () => {
    const code = twiceCode.replace("import * as words from '@some/words'", "import words from 'needs-fs'");
    const report = await judge(
      { packages: ['double-it', 'needs-fs', '@some/words'] },
      code,
      twiceSpec(['double-it', 'needs-fs', '@some/words']),
    );
    expect(report).toMatchObject({ verdict: 'rejected', failed_stage: 'visible' });
    expect(report.reasons[0]).toContain(
      'load_error: the package reads-files needs the Node built-in node:fs, which the sandbox does not have',
    );
  });

  test('a package runs inside the same walls', async () => {
    const code = `import { run, seen, poll } from 'evil';
    export async function execute(input, ctx) {
      let told; try { told = run('1 + 1'); } catch (error) { told = error.name; }
      return [told, seen(), poll(), await ctx.fetch('https://example.org/').catch((error) => error.code)];
    }`;
    const { sandbox } = gateOf({ packages: ['evil'] });
    const session = await sandbox.open(code, { packages: ['evil'] });
    const asked: string[] = [];
    const onCall = async ({ name }: { name: string }) => {
      asked.push(name);
      return null;
    };
    const outcome = await session.invoke(
      { input: {}, context: null, now: '2026-01-01T00:00:00.000Z', seed: 1, timeoutMs: 2_000, onCall },
      never,
    );
    await session.close();
    await session.close();
    expect(outcome).toMatchObject({
      ok: true,
      value: ['EvalError', 'undefined,undefined,undefined', expect.stringMatching(/^1767225600000:0\.62/), null],
    });
    expect(asked).toEqual(['fetch']);
  });
});

describe('what may be imported', () => {
  const granted = { declared: ['double-it', 'fetch'], problems: [] };
  const end = '\nexport async function execute() { return 1; }';

  test.each([
    ['a default', "import double from 'double-it';"],
    ['names', "import { unit as two } from 'double-it';"],
    ['a name that is forbidden as a global', "import fetch, { process } from 'fetch'; fetch(process);"],
    ['a module of a package', "import 'double-it/index.js';"],
  ])('of a declared package is %s', (_what, code) => {
    expect(staticProblems(code + end, granted)).toEqual([]);
  });

  test.each([
    "import x from 'times-it';",
    "import x from './double-it';",
    "import x from 'node:fs';",
    "import x from 'npm:double-it';",
    "import x from '/double-it';",
    "import x = require('double-it');",
    "export * from 'double-it';",
    "export { unit } from 'double-it';",
    "const x = await import('double-it');",
    "const x = require('double-it');",
    'const x = import.meta.url;',
  ])('is not %s', (code) => {
    expect(staticProblems(code + end, granted)).not.toEqual([]);
  });
});
