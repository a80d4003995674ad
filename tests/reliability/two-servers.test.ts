import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeHome, tablesOf } from '../support/final-state.js';
import { parcelRuns, writeParcelLog } from '../support/parcel-logs.js';
import { tempFolder } from '../support/temp.js';
import { type CallResult, eras, type WireClient } from '../support/wire.js';
import { sumCode, sumSpec } from '../unit/specs/specs.js';

/** Calls until the store is free; any other error ends the test. */
async function insist(client: WireClient, tool: string, args: Record<string, unknown>): Promise<CallResult> {
  for (let tries = 1; ; tries++) {
    const result = await client.call(tool, args);
    if (!result.isError) return result;
    expect(result.text).toMatch(/^busy: /);
    expect(tries).toBeLessThan(20);
  }
}

const each = 6;
const calls = 15;

test('two servers that write into one store lose nothing', { timeout: 120_000 }, async () => {
  const home = tempFolder();
  await makeHome(home);
  const folders = Array.from({ length: 2 * each }, () => tempFolder());
  const [modern, legacy] = [eras[1].connect, eras[0].connect];
  const clients = [await modern({ home, readRoots: folders }), await legacy({ home, readRoots: folders })];
  const both = <T>(work: (client: WireClient, index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(clients.map(work));

  // The same spec and code from both sides at once are one capability.
  const spec = { ...sumSpec() };
  const admitted = await both((client) => insist(client, 'generate_and_gate_code', { spec, code: sumCode }));
  for (const { data, text } of admitted) expect(data, text).toMatchObject({ admitted: 1 });

  const paths = folders.map((folder, index) => {
    const runs = parcelRuns.accepted + parcelRuns.rejected + index;
    const path = writeParcelLog(folder, runs);
    // What two logs have alike would be stored once.
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/(track-|O-|P-)/g, `$1${index}`));
    return { path, source: `log ${index}`, runs };
  });
  await both(async (client, index) => {
    const own = paths.slice(index * each, (index + 1) * each);
    const imports = own.map(async ({ path, source }) => {
      await insist(client, 'import_evidence', { path, source });
      await insist(client, 'score_run', { source });
      return insist(client, 'mine_needs', { source });
    });
    const uses = Array.from({ length: calls }, (_, at) =>
      insist(client, 'call_capability', { name: 'sum_numbers', input: { numbers: [at, index] } }),
    );
    for (const { data, text } of await Promise.all(uses)) expect(data, text).toMatchObject({ status: 'ok' });
    await Promise.all(imports);
  });

  const status = await insist(clients[0] as WireClient, 'foundry_status', {});
  const runs = paths.reduce((sum, path) => sum + path.runs, 0);
  const executions = 2 * calls;
  // An execution is recorded as a run of its own.
  const counts = { runs: runs + executions, scores: runs, executions, capability_versions: 1 };
  expect(status.data['counts']).toMatchObject(counts);
  const found = await insist(clients[1] as WireClient, 'search_capabilities', { query: 'sum numbers' });
  expect(found.data['results']).toMatchObject([{ name: 'sum_numbers', executions, success_rate: 1 }]);
  for (const { server } of clients) {
    await server.close();
    expect(await server.end(5_000)).toEqual({ code: 0, signal: null });
    expect(server.stderr).not.toMatch(/"level":"error"/);
  }
  expect(tablesOf(home)).toMatchObject({ integrity: 'ok', rows: { runs: counts.runs } });
});
