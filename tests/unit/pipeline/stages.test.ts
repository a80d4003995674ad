import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { recordHelpdesk } from '../../../examples/helpdesk/record.js';
import { contentsOf } from '../../support/final-state.js';
import { type Outcome, runMain, useEnvironment } from '../cli/run-main.js';

/** Later tests read what earlier ones wrote. */
const folder = mkdtempSync(join(tmpdir(), 'foundry-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const home = join(folder, 'home');
const logs = join(folder, 'logs');
const at = (name: string): string => join(folder, name);

async function pipeline(...args: string[]): Promise<Outcome> {
  const ran = await runMain('pipeline', '--generator', 'induction', '--target-cluster-size', '4', ...args);
  expect(ran.code, ran.err).toBe(0);
  return ran;
}

beforeEach(() => useEnvironment(home));

beforeAll(async () => {
  await recordHelpdesk(logs, { seed: 11, tickets: 60 });
});

test('one stage after the other writes what all stages at once write', async () => {
  await pipeline('--in', logs, '--stage', 'cluster', '--out', at('staged'));
  expect(Object.keys(contentsOf(at('staged')))).toEqual(['need_assignments.jsonl', 'need_clusters.jsonl']);
  await pipeline('--stage', 'spec', '--reuse-clusters', '--out', at('staged'));
  expect(Object.keys(contentsOf(at('staged')))).toContain('need_specs.jsonl');
  const reused = await pipeline('--stage', 'codegen', '--reuse-specs', '--out', at('staged'));
  expect(reused.out).not.toMatch(/^(acts|clusters) /m);
  const whole = await pipeline('--in', logs, '--stage', 'all', '--out', at('all'));
  expect(whole.out).toMatch(/^acts +[1-9]\d*\nclusters +[1-9]/m);

  const all = contentsOf(at('all'));
  expect(Object.keys(all)).toContain('library_index.jsonl');
  expect(Object.keys(all).filter((name) => name.endsWith('code.ts')).length).toBeGreaterThanOrEqual(4);
  expect((all['need_clusters.jsonl'] ?? '').split('\n').length).toBeGreaterThan(3);
  expect(contentsOf(at('staged'))).toEqual(all);
});

test('the list of packages has what the specs ask for', async () => {
  const lines = (contentsOf(at('all'))['need_specs.jsonl'] ?? '').trim().split('\n');
  expect(JSON.parse(contentsOf(at('all'))['package.json'] ?? '')).toEqual({ private: true, dependencies: {} });
  const asking = lines.map((line, place) => {
    const { spec_id: _, ...spec } = JSON.parse(line);
    const packages = place === 0 ? ['left-pad@1.3.0', '@scope/name'] : place === 1 ? ['left-pad'] : undefined;
    return JSON.stringify({
      ...spec,
      name: `${spec.name}_again`,
      permissions: { net: [], ...(packages && { packages }) },
    });
  });
  writeFileSync(at('asking.jsonl'), asking.join('\n'));
  await pipeline('--stage', 'codegen', '--specs-in', at('asking.jsonl'), '--out', at('asking'));
  expect(JSON.parse(contentsOf(at('asking'))['package.json'] ?? '')).toEqual({
    private: true,
    dependencies: { '@scope/name': '*', 'left-pad': '1.3.0' },
  });
});

test('the files of another run stand in for its stages', async () => {
  const all = contentsOf(at('all'));
  await pipeline('--stage', 'spec', '--clusters-in', join(at('all'), 'need_clusters.jsonl'), '--out', at('other'));
  expect(contentsOf(at('other'))['need_specs.jsonl']).toBe(all['need_specs.jsonl']);
  await pipeline('--stage', 'codegen', '--specs-in', join(at('all'), 'need_specs.jsonl'), '--out', at('library'));
  const { 'need_clusters.jsonl': _, 'need_assignments.jsonl': __, ...rest } = all;
  expect(contentsOf(at('library'))).toEqual(rest);
});

test('every line of the index names files that are there', () => {
  const files = contentsOf(at('all'));
  for (const line of (files['library_index.jsonl'] ?? '').trim().split('\n')) {
    const { spec_path, code_path, tests_path, report_path } = JSON.parse(line);
    for (const path of [spec_path, code_path, tests_path, report_path]) expect(files[path]).toBeTruthy();
  }
});

test('hidden tests stand in no file', async () => {
  const store = createSqliteStore(join(home, 'foundry.db'));
  const rows = (contentsOf(at('all'))['need_specs.jsonl'] ?? '').trim().split('\n');
  const written = Object.values(contentsOf(at('all'))).join('\n');
  let hidden = 0;
  for (const row of rows) {
    const { spec_id, tests } = JSON.parse(row);
    const seen = new Set(tests.map((one: { input: object }) => JSON.stringify(one.input)));
    for (const one of await store.specs.hiddenTestsForGate(spec_id)) {
      expect(written).not.toContain(JSON.stringify(one));
      if (one.calls) expect(written).not.toContain(JSON.stringify(one.calls));
      if (!seen.has(JSON.stringify(one.input))) hidden++;
    }
  }
  await store.close();
  expect(hidden).toBeGreaterThan(0);
});

describe('files that were edited', () => {
  const clusters = (): Record<string, unknown>[] => lines('need_clusters.jsonl');
  const assignments = (): Record<string, unknown>[] => lines('need_assignments.jsonl');

  function lines(name: string, from = 'all'): Record<string, unknown>[] {
    const text = readFileSync(join(at(from), name), 'utf8');
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  function write(name: string, file: string, rows: readonly unknown[]): string {
    mkdirSync(at(name), { recursive: true });
    const path = join(at(name), file);
    writeFileSync(path, rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join(''));
    return path;
  }

  test('clusters that a person merged are adopted, with what follows from them counted anew', async () => {
    const [first, second, ...others] = clusters();
    const moved = assignments().map((row) =>
      row['cluster_id'] === second?.['cluster_id'] ? { ...row, cluster_id: first?.['cluster_id'] } : row,
    );
    write('merged', 'need_assignments.jsonl', moved);
    const path = write('merged', 'need_clusters.jsonl', [{ ...first, label: 'merged by hand' }, ...others]);
    await pipeline('--in', logs, '--stage', 'spec', '--clusters-in', path, '--out', at('adopted'));
    const adopted = lines('need_clusters.jsonl', 'adopted');
    expect(adopted).toHaveLength(clusters().length - 1);
    expect(adopted[0]).toMatchObject({
      cluster_id: first?.['cluster_id'],
      label: 'merged by hand',
      size: Number(first?.['size']) + Number(second?.['size']),
    });
    const sorted = (rows: Record<string, unknown>[]) => rows.map((row) => JSON.stringify(row)).sort();
    expect(sorted(lines('need_assignments.jsonl', 'adopted'))).toEqual(sorted(moved));
    const known = new Set(adopted.map((row) => row['cluster_id']));
    for (const spec of lines('need_specs.jsonl', 'adopted'))
      expect(known).toContain(spec['cluster_id'] ?? first?.['cluster_id']);
    await pipeline('--stage', 'codegen', '--reuse-clusters', '--out', at('adopted'));
    expect(lines('need_clusters.jsonl', 'adopted')).toEqual(adopted);
  });

  test.each([
    [
      'a broken line',
      () => [clusters()[0], '{"cluster_id": '],
      assignments,
      'need_clusters.jsonl:2: it is not a JSON object',
    ],
    [
      'a missing field',
      () => ['', ...clusters().map(({ label: _, ...row }) => row)],
      assignments,
      'need_clusters.jsonl:2: label: ',
    ],
    ['a cluster twice', () => [...clusters(), clusters()[0]], assignments, 'there is a cluster need_0000 before it'],
    ['no cluster', () => [], assignments, 'need_clusters.jsonl names no cluster'],
    [
      'an unknown sample',
      () => [{ ...clusters()[0], samples: [{ act_id: 'act_x', intent: '', action: '' }] }, ...clusters().slice(1)],
      assignments,
      'need_clusters.jsonl:1: its sample act_x',
    ],
    [
      'an unknown act',
      clusters,
      () => [{ ...assignments()[0], act_id: 'act_x' }],
      'need_assignments.jsonl:1: act_x is not among the acts',
    ],
    ['an act twice', clusters, () => [...assignments(), assignments()[0]], 'stands on a line before it'],
    ['an unknown cluster', () => clusters().slice(1), assignments, 'there is no cluster need_0000'],
    ['another group', clusters, () => [{ ...assignments()[0], group_id: 'group_x' }], 'need_assignments.jsonl:1: '],
    ['a broken assignment', clusters, () => [...assignments(), 'x'], 'is not a JSON object'],
    [
      'a group in two clusters',
      clusters,
      () => {
        const rows = assignments();
        const twin = rows.findIndex(
          (row, index) => rows.findIndex((each) => each['group_id'] === row['group_id']) < index,
        );
        const other = clusters().find((row) => row['cluster_id'] !== rows[twin]?.['cluster_id'])?.['cluster_id'];
        return rows.map((row, index) => (index === twin ? { ...row, cluster_id: other } : row));
      },
      'a group stays together',
    ],
  ])('%s is refused with line and reason', async (name, clusterRows, assignmentRows, reason) => {
    const folderName = `refused-${name.replaceAll(' ', '-')}`;
    write(folderName, 'need_assignments.jsonl', assignmentRows());
    const path = write(folderName, 'need_clusters.jsonl', clusterRows());
    const out = at(`${folderName}-out`);
    const { code, err } = await runMain(
      'pipeline',
      '--in',
      logs,
      '--stage',
      'spec',
      '--clusters-in',
      path,
      '--out',
      out,
    );
    expect(code).toBe(1);
    expect(err).toContain('invalid_input: ');
    expect(err).toContain(reason);
  });

  test('specs: a line that is none is refused, one that was reworded is taken as a person wrote it', async () => {
    const specs = () => lines('need_specs.jsonl');
    const run = (path: string) =>
      runMain(
        'pipeline',
        '--generator',
        'induction',
        '--stage',
        'codegen',
        '--specs-in',
        path,
        '--out',
        at('specs-out'),
      );
    const broken = write('specs-broken', 'need_specs.jsonl', [specs()[0], '{']);
    expect((await run(broken)).err).toContain('need_specs.jsonl:2: it is not a JSON object');
    const shapeless = write('specs-shapeless', 'need_specs.jsonl', [{ ...specs()[0], kind: 'sonnet' }]);
    const refused = await run(shapeless);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('need_specs.jsonl:1: it is no spec at kind: ');
    const untested = write('specs-untested', 'need_specs.jsonl', [{ ...specs()[0], tests: [] }]);
    const skipped = await run(untested);
    expect(skipped.out).toMatch(/^skipped +1$/m);
    expect(readFileSync(join(at('specs-out'), 'progress.log'), 'utf8')).toMatch(/spec skipped .*line 1: /);
    const unknown = { ...specs()[0], spec_id: 'spec_x', name: 'named_by_hand' };
    const ran = await run(write('specs-renamed', 'need_specs.jsonl', [unknown, unknown]));
    expect(ran.out).toMatch(/^named_by_hand +inconclusive +this spec was not induced/m);
    expect(lines('need_specs.jsonl', 'specs-out')).toHaveLength(1);
  });

  test('a damaged note of where the results are is refused', async () => {
    appendFileSync(join(at('other'), 'pipeline_state.json'), '}');
    const { code, err } = await runMain('pipeline', '--stage', 'spec', '--reuse-clusters', '--out', at('other'));
    expect(code).toBe(1);
    expect(err).toContain('pipeline_state.json is damaged');
  });
});

test('acts that their log named keep their names, and a file with those names is adopted', async () => {
  const acts = ['weigh the evidence', 'compare two prices', 'sum a column', 'sort the names', 'find a date'].map(
    (action, index) => ({ act_id: `thread-1#${index}`, intent: `Intent_${index}`, action, latent_skill_calls: [] }),
  );
  writeFileSync(at('acts.jsonl'), acts.map((act) => `${JSON.stringify(act)}\n`).join(''));
  await pipeline('--in', at('acts.jsonl'), '--stage', 'cluster', '--out', at('acts'));
  const read = (folderName: string, name: string): Record<string, unknown>[] =>
    readFileSync(join(at(folderName), name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const named = acts.map((act) => act.act_id);
  expect(
    read('acts', 'need_assignments.jsonl')
      .map((row) => row['act_id'])
      .sort(),
  ).toEqual(named);
  const [first] = read('acts', 'need_clusters.jsonl');
  expect(first?.['samples']).toEqual(expect.arrayContaining([expect.objectContaining({ action: expect.any(String) })]));

  const one = { cluster_id: 'need_0000', size: 5, label: 'all in one', samples: [] };
  mkdirSync(at('edited-acts'));
  writeFileSync(at('edited-acts/need_clusters.jsonl'), `${JSON.stringify(one)}\n`);
  const rows = read('acts', 'need_assignments.jsonl').map((row) => ({ ...row, cluster_id: 'need_0000' }));
  writeFileSync(at('edited-acts/need_assignments.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const from = join(at('edited-acts'), 'need_clusters.jsonl');
  await pipeline('--in', at('acts.jsonl'), '--stage', 'spec', '--clusters-in', from, '--out', at('adopted-acts'));
  expect(read('adopted-acts', 'need_assignments.jsonl')).toEqual(rows);
});

test('where nothing could be learnt, the runs that wait for a person are told of', async () => {
  useEnvironment(at('unjudged-home'));
  const call = { id: 'c1', type: 'function', function: { name: 'find', arguments: '{"id":"O-1"}' } };
  const messages = [
    { role: 'user', content: 'Where is order O-1?' },
    { role: 'assistant', content: null, tool_calls: [call] },
    { role: 'tool', tool_call_id: 'c1', content: '{"hall":"north"}' },
    { role: 'assistant', content: 'It is in the north hall.' },
  ];
  writeFileSync(at('unjudged.json'), JSON.stringify({ messages }));
  const { out } = await pipeline('--in', at('unjudged.json'), '--stage', 'spec', '--out', at('unjudged'));
  expect(out).toContain("1 run waits for a person's word, and only accepted runs are learnt from");
});
