import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { tempFolder } from '../../support/temp.js';
import { jsonl } from '../evidence/support.js';
import { runMain, useEnvironment } from './run-main.js';

const conversation = (n: number) => ({
  messages: [
    { role: 'user', content: `Where is order A${n}77, and what does it hold? ${'really '.repeat(20)}` },
    {
      role: 'assistant',
      tool_calls: [{ id: 'c1', function: { name: 'find_order', arguments: `{"order":"A${n}77"}` } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: `{"parcel":"PX-${n}4711","text":"${'long '.repeat(50)}"}` },
    {
      role: 'assistant',
      tool_calls: [
        { id: 'c2', function: { name: `open_${'very_'.repeat(20)}long`, arguments: `{"parcel":"PX-${n}4711"}` } },
      ],
    },
    { role: 'tool', tool_call_id: 'c2', content: 'Error: locked \u001b[31m' },
  ],
});

let run: string;
beforeEach(async () => {
  const home = tempFolder();
  useEnvironment(home);
  const log = join(home, 'log.jsonl');
  writeFileSync(log, jsonl([1, 2, 3].map(conversation)));
  await runMain('import', log);
  const { out } = await runMain('score', '--all', '--json');
  run = JSON.parse(out).runs[0].run_id;
});

test('explain shows each call with the sources of its arguments, at 80 columns', async () => {
  const { code, out } = await runMain('explain', run);
  expect(code).toBe(0);
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(out).toContain(
    `${run} log.jsonl rejected\n2 calls, 2 of 2 arguments with a source; compared with 2 other runs`,
  );
  expect(out).toMatch(/ 1\. find_order\n {4}order = "A\d77"\n {6}from the user's words, turn 1 {2}\(3 of 3 runs\)\n/);
  expect(out).toMatch(/parcel = "PX-\d4711"\n {6}from result of call 1: parcel {2}\(3 of 3 runs\)\n/);
  expect(out).toMatch(/\.\.\. {2}\(failed\)\n/);
  expect(out).not.toContain('\u001b');
});

test('a source that is longer than a line goes on in the next one, whole', async () => {
  const place = ['shipments_of_the_order', 'parcels_of_the_shipment', 'number_of_the_parcel'];
  const long = [1, 2, 3].map((n) => {
    const told = JSON.stringify(conversation(n)).replace(`\\"parcel\\":\\"PX-${n}4711\\",\\"text\\"`, '\\"text\\"');
    const held = place.reduceRight<unknown>((inner, key) => ({ [key]: inner }), `PX-${n}4711`);
    const result = JSON.stringify(JSON.stringify(held)).slice(2, -2);
    return JSON.parse(told.replace('\\"text\\"', `${result},\\"text\\"`));
  });
  const log = join(tempFolder(), 'long.jsonl');
  writeFileSync(log, jsonl(long));
  await runMain('import', log);
  const { out: listed } = await runMain('score', '--source', 'long.jsonl', '--json');
  const { out } = await runMain('explain', JSON.parse(listed).runs[0].run_id);
  expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(out.replace(/\n +/g, '')).toContain(place.join('.'));
});

test('explain --json has the same in an object', async () => {
  const { out } = await runMain('explain', run, '--json');
  expect(JSON.parse(out)).toMatchObject({
    run_id: run,
    source: 'log.jsonl',
    category: 'rejected',
    compared: 3,
    calls: [{ number: 1 }, { arguments: [{ name: 'parcel', sources: [{ kind: 'result', call: 1, path: 'parcel' }] }] }],
  });
});

test('explain names runs that come close where there is no such run', async () => {
  const { code, err } = await runMain('explain', `${run.slice(0, 12)}ffffffff`);
  expect([code, err]).toEqual([1, expect.stringContaining('not_found')]);
  expect((await runMain('explain', 'x')).err).toContain('Runs there are: run_');
  expect((await runMain('explain')).code).toBe(2);
});
