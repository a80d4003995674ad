import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { writeParcelLog } from '../support/parcel-logs.js';
import { tempFolder } from '../support/temp.js';
import { eras, ServerProcess } from '../support/wire.js';

/** A server that is still there after this is killed, which its exit then shows. */
const limitMs = 2000;
const byItself = { code: 0, signal: null };

describe.each(eras)('with a client of the $era era', ({ connect }) => {
  test('the server ends when stdin closes', async () => {
    const client = await connect({ home: tempFolder() });
    await client.listTools();
    await client.server.close();
    expect(await client.server.end(limitMs)).toEqual(byItself);
  });

  test('the server ends when stdin closes while a job runs, and the next one takes the job up', async () => {
    const home = tempFolder();
    const folder = tempFolder();
    const path = writeParcelLog(folder, 400);
    const first = await connect({ home, readRoots: [folder] });
    const started = await first.call('mine_needs', { path, wait_ms: 0 });
    const job_id = String(started.data['job_id']);
    expect(['queued', 'running']).toContain(started.data['job_state']);
    await first.server.close();
    expect(await first.server.end(limitMs)).toEqual(byItself);

    const second = await connect({ home, readRoots: [folder] });
    const taken = await second.call('foundry_status', { job_id, wait_ms: 60_000 });
    expect(taken.data, taken.text).toMatchObject({ state: 'done', result: { runs: 400 } });
    await second.server.close();
    expect(await second.server.end(limitMs)).toEqual(byItself);
  });

  test('a process that is only probed makes no store', async () => {
    const home = tempFolder();
    const client = await connect({ home });
    await client.listTools();
    await client.listPrompts();
    await client.listTemplates();
    await client.listResources();
    expect(await client.complete('capability://{name}', 'name', '')).toEqual([]);
    await client.server.close();
    await client.server.end(limitMs);
    expect(existsSync(join(home, 'foundry.db'))).toBe(false);
  });

  test('two servers share one store', async () => {
    const home = tempFolder();
    const folder = tempFolder();
    const path = writeParcelLog(folder);
    const [one, two] = [await connect({ home, readRoots: [folder] }), await connect({ home, readRoots: [folder] })];
    const imports = await Promise.all([
      one.call('import_evidence', { path, source: 'a' }),
      two.call('import_evidence', { path, source: 'a' }),
    ]);
    for (const result of imports) expect(result.data, result.text).toMatchObject({ job_state: 'done' });
    const found = await two.call('search_evidence', { query: 'parcel', limit: 1 });
    expect(found.data['results']).toHaveLength(1);
    for (const { server } of [one, two]) {
      await server.close();
      expect(await server.end(limitMs)).toEqual(byItself);
    }
  });
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('the server ends on %s', async (signal) => {
  const server = new ServerProcess({ home: tempFolder() });
  const client = new Client({ name: 'wire', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(server);
  server.child.kill(signal);
  expect(await server.end(limitMs)).toEqual(byItself);
});

test('what is not protocol on stdin is answered by protocol or not at all', async () => {
  const server = new ServerProcess({ home: tempFolder() });
  server.child.stdin.write('hello\n{"jsonrpc":"2.0"}\n[]\n');
  await server.close();
  expect(await server.end(limitMs)).toEqual(byItself);
  for (const line of server.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
});
