import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config.js';
import { plainContext } from '../../../src/context.js';
import type { CallCapabilityInput } from '../../../src/library/contract.js';
import { createServices, type Services } from '../../../src/services.js';
import type { Spec } from '../../../src/specs/model.js';
import { pythonHome } from '../../support/python.js';
import { weatherCode, weatherPython, weatherSpec } from '../../support/weather.js';
import { serveWeb, type Web, weather } from '../../support/web.js';
import { asInput } from '../specs/workshop.js';

const folder = mkdtempSync(join(tmpdir(), 'foundry-fetch-'));
const opened: Services[] = [];
let web: Web;

function servicesWith(net: string[], db = 'granted.db'): Services {
  const config = loadConfig({ FOUNDRY_HOME: pythonHome, FOUNDRY_DB: join(folder, db), FOUNDRY_LOG: 'silent' });
  const services = createServices(
    { ...config, file: { grants: { net }, gate: { test_timeout_ms: 20_000, mutants: 10 } } },
    { jobs: 'none' },
  );
  opened.push(services);
  return services;
}

let granted: Services;
beforeAll(async () => {
  web = await serveWeb(weather);
  granted = servicesWith([web.host]);
});
afterAll(async () => {
  for (const services of opened) await services.close();
  await web.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  web.hits.splice(0);
});

async function admit(services: Services, spec: Spec, code: string, language?: 'python') {
  const answer = await services.specs.generateAndGate(
    { spec: asInput(spec), code, ...(language && { language }) },
    plainContext(),
  );
  expect(answer.results[0] ?? answer.issues).toMatchObject({ status: 'admitted' });
}
const call = (services: Services, input: CallCapabilityInput) =>
  services.library.call(input, plainContext('mcp'), async () => undefined);

describe('a capability that fetches from a granted host', () => {
  test('is judged by recorded answers without a packet, and asks the host when it is called', async () => {
    await admit(granted, weatherSpec(web.origin, web.host), weatherCode(web.origin));
    expect(web.hits).toEqual([]);
    const result = await call(granted, { name: 'get_temperature', input: { city: 'Lima' } });
    expect(result).toMatchObject({ status: 'ok', payload: { city: 'Lima', degrees: 22 }, prov: ['weather'] });
    expect(web.hits.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /weather?city=Lima']);
    const execution = await granted.store.library.getExecution(result.execution_id);
    expect(execution?.calls).toMatchObject([
      {
        name: 'fetch',
        args: { url: `${web.origin}/weather?city=Lima`, method: 'GET' },
        result: { status: 200, body: '{"degrees":22}' },
        failed: false,
      },
    ]);
  });

  test('does so in Python too, as a plain function', async () => {
    const spec = weatherSpec(web.origin, web.host, { name: 'get_temperature_python' });
    // The novelty stage would name the capability in TypeScript, which does the same.
    const services = servicesWith([web.host], 'python.db');
    await admit(services, spec, weatherPython(web.origin), 'python');
    expect(web.hits).toEqual([]);
    const result = await call(services, { name: 'get_temperature_python', input: { city: 'Rome' } });
    expect(result).toMatchObject({ status: 'ok', payload: { city: 'Rome', degrees: 17 } });
    expect(web.hits).toHaveLength(1);
  });

  test('is ready, destroys nothing, and its dry run is a real run', async () => {
    const [hit] = (await granted.library.search({ query: 'temperature of a city' })).results;
    expect(hit).toMatchObject({ name: 'get_temperature', ready: true, destructive: false });
    expect(hit).not.toHaveProperty('not_granted');
    const dry = await call(granted, { name: 'get_temperature', input: { city: 'Oslo' }, dry_run: true });
    expect(dry).toMatchObject({ status: 'ok', payload: { degrees: -4 }, planned_calls: [] });
    expect(web.hits).toHaveLength(1);
  });
});

test('a capability whose tests record a request that changes something is known to change things', async () => {
  const spec = weatherSpec(web.origin, web.host, { name: 'post_temperature' });
  const post = (call: object) => ({ ...call, args: { url: `${web.origin}/weather`, method: 'POST', body: '{}' } });
  const [one, ...others] = spec.tests;
  const tests = [{ ...one, calls: [...(one?.calls ?? []), ...(one?.calls ?? []).map(post)] }, ...others];
  const sending = `const city = encodeURIComponent(input.city);
  if (city === 'Oslo') await ctx.fetch('${web.origin}/weather', { method: 'POST', body: '{}' });
  const answer`;
  const code = weatherCode(web.origin).replace('const answer', sending);
  const services = servicesWith([web.host], 'posting.db');
  const answer = await services.specs.generateAndGate(
    { spec: { ...asInput(spec), tests: JSON.parse(JSON.stringify(tests)) }, code },
    plainContext(),
  );
  expect(answer.results[0] ?? answer.issues).toMatchObject({ status: 'admitted' });
  const version = await services.store.library.get('post_temperature');
  expect(version?.destructive).toBe(true);
  const input = { city: 'Oslo' };
  await expect(call(services, { name: 'post_temperature', input })).rejects.toMatchObject({ code: 'conflict' });
  const dry = await call(services, { name: 'post_temperature', input, dry_run: true });
  expect(dry.planned_calls).toMatchObject([{ name: 'fetch', args: { method: 'POST' } }]);
  expect(web.hits.map(({ method }) => method)).toEqual(['GET']);
});

test('packages are refused for code in Python, with the spec and without', async () => {
  const spec = {
    ...asInput(weatherSpec(web.origin, web.host)),
    permissions: { net: [web.host], packages: ['left-pad'] },
  };
  const services = servicesWith([web.host], 'python-packages.db');
  const code = weatherPython(web.origin);
  const together = await services.specs.generateAndGate({ spec, code, language: 'python' }, plainContext());
  expect(together.issues).toMatchObject([{ code: 'packages_not_for_python', path: 'permissions.packages' }]);
  const [proposed] = (await services.specs.proposeSpec({ spec }, plainContext())).specs;
  const later = await services.specs.generateAndGate(
    { spec_id: proposed?.spec_id ?? '', code, language: 'python' },
    plainContext(),
  );
  expect(later.results).toMatchObject([{ status: 'rejected', failed_stage: 'static' }]);
  expect(later.results[0]?.reasons.join()).toContain('Python has its standard library alone');
});

test('a capability whose host is not granted is judged, and cannot be called before the operator grants it', async () => {
  const services = servicesWith(['api.example.org'], 'ungranted.db');
  await admit(services, weatherSpec(web.origin, web.host), weatherCode(web.origin));
  const [hit] = (await services.library.search({ query: 'temperature of a city' })).results;
  expect(hit).toMatchObject({ ready: false, missing_tools: [], not_granted: [`host ${web.host} (grants.net)`] });
  const refused = call(services, { name: 'get_temperature', input: { city: 'Lima' } });
  await expect(refused).rejects.toMatchObject({
    code: 'needs_setup',
    message: `get_temperature needs what the operator has not granted: host ${web.host} (grants.net).`,
  });
  expect(web.hits).toEqual([]);
  const version = await services.store.library.get('get_temperature');
  expect(version?.report.stages[0]?.evidence['hosts']).toEqual({ declared: [web.host], not_granted: [web.host] });
});
