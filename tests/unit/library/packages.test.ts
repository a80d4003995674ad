import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config.js';
import { plainContext } from '../../../src/context.js';
import { createServices, type Services } from '../../../src/services.js';
import type { SpecTest } from '../../../src/specs/model.js';
import { installPackages, writePackages } from '../../support/packages.js';
import { sumSpec, sumTest } from '../gate/support.js';
import { asInput } from '../specs/workshop.js';

const folder = mkdtempSync(join(tmpdir(), 'foundry-live-packages-'));
const installed = installPackages();
const opened: Services[] = [];
afterAll(async () => {
  for (const services of opened) await services.close();
  installed.remove();
  rmSync(folder, { recursive: true, force: true });
});

function servicesWith(packages: string[]): Services {
  const file = { grants: { packages }, packages_dir: installed.folder, gate: { mutants: 10 } };
  const home = join(folder, 'home');
  const services = createServices(loadConfig({}, { home, file, logLevel: 'silent' }), { jobs: 'none' });
  opened.push(services);
  return services;
}

const tests: SpecTest[] = [[2, 3], [1, 10, 100], [4], [-7, 4]].map((numbers) => {
  const { name, input, expected } = sumTest(numbers.join('_'), numbers);
  const { sum } = expected.payload as { sum: number };
  return { name, input, expected: { ...expected, payload: { sum: 2 * sum } } };
});
const spec = sumSpec({ tests, permissions: { net: [], packages: ['double-it'] } });
const code = `import double from 'double-it';
export async function execute(input) {
  let sum = 0;
  for (const each of input.numbers) sum += double(each);
  return { status: 'ok', payload: { sum }, prov: [] };
}`;

const call = (services: Services) =>
  services.library.call(
    { name: 'add_numbers', input: { numbers: [1, 2] } },
    plainContext('mcp'),
    async () => undefined,
  );

test('a capability runs with the packages that it was judged with, and with no others', async () => {
  const services = servicesWith(['double-it']);
  const answer = await services.specs.generateAndGate({ spec: asInput(spec), code }, plainContext());
  expect(answer.results[0] ?? answer.issues).toMatchObject({ status: 'admitted' });
  expect(await call(services)).toMatchObject({ status: 'ok', payload: { sum: 6 } });

  // A comment is no part of a bundle.
  writePackages(installed.folder, { 'times-it/index.js': 'exports.times = (x, by) => x * by; // another make' });
  expect(await call(services)).toMatchObject({ payload: { sum: 6 } });
  writePackages(installed.folder, { 'times-it/index.js': 'exports.times = (x, by) => (x === 1 ? 0 : by * x);' });
  await expect(call(services)).rejects.toMatchObject({
    code: 'needs_setup',
    message: 'The packages of add_numbers are not those that it was judged with (now double-it@1.2.3, times-it@0.1.0).',
  });
});

test('packages that were installed anew are judged first', async () => {
  writePackages(installed.folder, { 'times-it/index.js': 'exports.times = (one, other) => other * one;' });
  const services = servicesWith(['double-it']);
  await expect(call(services)).rejects.toMatchObject({ code: 'needs_setup' });
  const regated = await services.library.manage({ name: 'add_numbers', action: 'regate' }, plainContext());
  expect(regated.note).toContain('admits it again');
  expect(await call(services)).toMatchObject({ payload: { sum: 6 } });
});

test('a package whose grant was taken back is not run any more', async () => {
  const services = servicesWith([]);
  await expect(call(services)).rejects.toMatchObject({
    code: 'needs_setup',
    message: 'add_numbers needs what the operator has not granted: package double-it (grants.packages).',
  });
  const [hit] = (await services.library.search({ query: 'add numbers' })).results;
  expect(hit).toMatchObject({ ready: false, not_granted: ['package double-it (grants.packages)'] });
});
