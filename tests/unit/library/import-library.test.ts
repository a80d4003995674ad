import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config.js';
import type { WorkContext } from '../../../src/context.js';
import { exportLayout } from '../../../src/library/import/export-layout.js';
import { importLibrary } from '../../../src/library/import/import-library.js';
import { createServices, type Services } from '../../../src/services.js';
import { pythonHome } from '../../support/python.js';
import { sampleArtifacts, writeSampleLibrary } from '../../support/sample-library.js';
import { never } from '../gate/support.js';

const folder = mkdtempSync(join(tmpdir(), 'foundry-import-'));
const witness = join(folder, 'was-run');
const context: WorkContext = { signal: never, via: 'cli', progress: () => undefined };
const opened: Services[] = [];

function servicesOn(db: string): Services {
  const config = loadConfig({
    FOUNDRY_HOME: pythonHome,
    FOUNDRY_DB: join(folder, db),
    FOUNDRY_ROOTS: folder,
    FOUNDRY_LOG: 'silent',
  });
  // A machine that is busy with other tests is slow; nothing here is about time.
  const patient = { ...config, file: { gate: { test_timeout_ms: 20_000, mutation_time_ms: 300_000 } } };
  const services = createServices(patient, { jobs: 'none' });
  opened.push(services);
  return services;
}
afterAll(async () => {
  for (const services of opened) await services.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('importing a library of another layout', { timeout: 300_000 }, () => {
  const source = join(folder, 'source');
  const services = servicesOn('first.db');

  test('gives each artefact the verdict that it deserves, and runs nothing outside the sandbox', async () => {
    writeSampleLibrary(source, witness);
    const results = await importLibrary(services, source, context);
    const got = Object.fromEntries(
      results.map(({ artifact, verdict, failed_stage: stage }) => [artifact, [verdict, stage]]),
    );
    const wanted = Object.fromEntries(
      sampleArtifacts.map(({ artifact, verdict, stage }) => [artifact, [verdict, stage]]),
    );
    expect(got, JSON.stringify(results, null, 1)).toEqual({ ...wanted, Broken: ['rejected', 'contract'] });
    expect(results.every(({ verdict, reasons }) => verdict === 'admitted' || reasons.length > 0)).toBe(true);
    expect(existsSync(witness)).toBe(false);
  });

  test('makes what was admitted callable, a skill through the primitives it calls', async () => {
    const answer = await services.library.call(
      { name: 'sum_numbers', input: { context: { segments: [{ id: 4, text: '20 and 22' }] }, params: {} } },
      context,
      async () => true,
    );
    expect(answer).toMatchObject({ status: 'ok', payload: { sum: 42, of: 2 }, prov: [4] });
  });

  test('changes nothing when it is done again', async () => {
    const before = await services.store.library.list({}, 100);
    const results = await importLibrary(services, source, context);
    expect(results.filter(({ verdict }) => verdict === 'admitted')).toHaveLength(before.length);
    expect(await services.store.library.list({}, 100)).toEqual(before);
  });

  test('takes back what was exported in that layout as the same library', async () => {
    const admitted = await services.store.library.list({}, 100);
    const target = join(folder, 'exported');
    await exportLayout(services.roots, admitted, target);
    const other = servicesOn('second.db');
    const results = await importLibrary(other, target, context);
    expect(results.map(({ verdict }) => verdict)).toEqual(admitted.map(() => 'admitted'));
    const face = (one: (typeof admitted)[number]): unknown => [one.name, one.version, one.code, one.spec, one.language];
    expect((await other.store.library.list({}, 100)).map(face)).toEqual(admitted.map(face));
    // Where it came from, it is there already.
    const back = await importLibrary(services, target, context);
    expect(back.map(({ verdict }) => verdict)).toEqual(admitted.map(() => 'admitted'));
    expect((await services.store.library.list({}, 100)).map(face)).toEqual(admitted.map(face));
  });

  test('refuses a folder that holds no library', async () => {
    await expect(importLibrary(services, join(folder, 'nothing'), context)).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});
