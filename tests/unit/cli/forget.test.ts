import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parcelRuns, writeParcelLog } from '../../support/parcel-logs.js';
import { tempFolder } from '../../support/temp.js';
import { runMain, useEnvironment } from './run-main.js';

const total = parcelRuns.accepted + parcelRuns.rejected;
/** Words that stand in these logs alone: in orders, in what the user said, and in results. */
const markers = ['o-1000', 'o-1037', 'p-9000', 'bergen', 'molde', 'parcel desk'];

function bytesUnder(folder: string): string {
  return (
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join('\n')
      // The index of the search keeps words in small letters.
      .toLowerCase()
  );
}

function desk(): { home: string; folder: string; log: string } {
  const folder = tempFolder();
  const home = join(folder, 'home');
  useEnvironment(home);
  return { home, folder, log: writeParcelLog(folder) };
}

const json = async (...args: string[]) => {
  const { code, out, err } = await runMain(...args, '--json');
  expect(code, err).toBe(0);
  return JSON.parse(out);
};
const counts = async () => JSON.parse((await runMain('call', 'foundry_status')).out).counts;

test('forget removes a source with all that was learnt and written from it, to the last byte, and it can come again', async () => {
  const { home, folder, log } = desk();
  const out = join(folder, 'out');
  const learnt = await runMain('pipeline', '--in', log, '--generator', 'induction', '--out', out);
  expect(learnt.out, learnt.err).toMatch(/^admitted +1$/m);
  const built = await runMain('call', 'build_sft', '{"name": "parcels"}');
  expect(built.code, built.err).toBe(0);
  const derived = await runMain('call', 'extract_playbooks', '{"min_support": 2}');
  expect(derived.out, derived.err).toContain('playbooks://');
  expect(markers.filter((marker) => !bytesUnder(home).includes(marker))).toEqual([]);

  const before = await counts();
  const tried = await json('forget', '--source', 'parcels.jsonl', '--dry-run');
  expect(tried.counts.runs).toBe(total);
  expect(tried.receipt_id).toBeUndefined();
  expect(await counts()).toEqual({ ...before, jobs: expect.any(Number) });

  const forgotten = await json('forget', '--source', 'parcels.jsonl');
  expect(forgotten.counts).toMatchObject({
    runs: total,
    capabilities: 1,
    specs: 1,
    playbooks: 1,
    datasets_incomplete: 1,
  });
  expect(markers.filter((marker) => bytesUnder(home).includes(marker))).toEqual([]);
  const left = await counts();
  expect(left).toMatchObject({ runs: 0, evidence: 0, acts: 0, need_groups: 0, specs: 0, capability_versions: 0 });

  const again = await json('import', log);
  expect(again).toMatchObject({ runs: total, duplicates: 0 });
});

test('forget of one run leaves the others, and says no to what is not there', async () => {
  const { home, log } = desk();
  await runMain('import', log, '--source', 'parcels');
  const listed = JSON.parse((await runMain('call', 'score_run', '{"all_unscored": true, "limit": 50}')).out);
  const run = listed.runs[0].run_id;
  const forgotten = await runMain('forget', '--run', run);
  expect(forgotten.out).toMatch(/^runs +1$/m);
  expect(forgotten.out).toMatch(/^receipt receipt_/m);
  expect(bytesUnder(home).includes(run)).toBe(false);
  expect((await counts()).runs).toBe(total - 1);
  const none = await runMain('forget', '--run', run);
  expect([none.code, none.err]).toEqual([1, expect.stringMatching(/^not_found: /)]);
  expect((await runMain('forget')).code).toBe(2);
  expect((await runMain('forget', '--run', run, '--source', 'x')).code).toBe(2);
});

test('forget of a run that a skill was not learnt from leaves the skill; of one that it was learnt from takes it', async () => {
  const { home, folder, log } = desk();
  const learnt = await runMain('pipeline', '--in', log, '--generator', 'induction', '--out', join(folder, 'out'));
  expect(learnt.out, learnt.err).toMatch(/^admitted +1$/m);
  const name = 'find_order_and_track_parcel';
  const runs = (await runMain('records', 'scored_run')).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const of = (category: string) => runs.find((run) => run.category === category).run_id;

  const forgotten = await json('forget', '--run', of('rejected'));
  expect(forgotten.counts).toMatchObject({ runs: 1, clusterings: 1, minings: 1 });
  expect(Object.keys(forgotten.counts)).not.toContain('capabilities');
  expect(bytesUnder(home)).not.toContain(of('rejected'));
  const page = JSON.parse((await runMain('call', 'read', `{"uri": "capability://${name}/1/lineage"}`)).out).text;
  expect(page).toContain('No need cluster is recorded.');
  expect(page).toMatch(/learnt from \d+ runs/);
  const again = await runMain('pipeline', '--in', log, '--generator', 'induction', '--out', join(folder, 'again'));
  expect(again.code, again.err).toBe(0);

  expect((await json('forget', '--run', of('accepted'))).counts).toMatchObject({ runs: 1, capabilities: 1, specs: 1 });
  expect((await runMain('call', 'read', `{"uri": "capability://${name}"}`)).err).toMatch(/^not_found: /);
});

test('forget of a project takes the runs of that folder and below', async () => {
  const { folder, log } = desk();
  await runMain('import', log);
  const elsewhere = await runMain('forget', '--project', join(folder, 'other'));
  expect(elsewhere.err).toMatch(/^not_found: /);
  expect((await json('forget', '--project', folder)).counts.runs).toBe(total);
});
