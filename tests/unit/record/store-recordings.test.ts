import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordingPath } from '../../../src/record/recording-file.js';
import { removeRecordings, storeRecording, unstoredRecordings } from '../../../src/record/store-recordings.js';
import { type Bench, createBench, jsonl } from '../evidence/support.js';

const session = 'session_00112233445566aa';
const head = { mcp_recording: 1, session, at: '2026-01-02T03:04:05.000Z' };
const call = (id: string) => ({ ...head, kind: 'call', id, name: 'desk.find', arguments: {} });

let bench: Bench;
let path: string;
beforeEach(() => {
  bench = createBench();
  path = recordingPath(bench.home, 'desk', { id: session, at: head.at });
  mkdirSync(dirname(path), { recursive: true });
  write(call('c1'));
});
afterEach(() => bench.close());

/** Long ago, so that nobody is at it any more. */
function write(...lines: readonly object[]): void {
  writeFileSync(path, jsonl(lines));
  utimesSync(path, 1, 1);
}

const unstored = async (now = Date.parse('2026-01-01')) =>
  (await unstoredRecordings(bench.home, bench.store.evidence, now)).map((one) => one.path);
const store = () => storeRecording(bench.service, { path, server: 'desk' });

test('a recording is to be stored until all of it is, and again when it has grown', async () => {
  expect(await unstored()).toEqual([path]);
  await store();
  expect(await unstored()).toEqual([]);
  write(call('c1'), call('c2'));
  expect(await unstored()).toEqual([path]);
  await store();
  expect(await unstored()).toEqual([]);
  expect((await bench.traces()).map(({ run }) => [run.source, run.records])).toEqual([['record:desk', 2]]);
});

test('an import that was cut short does not pass for a whole one', async () => {
  await store();
  const [source] = await bench.store.evidence.listSources();
  write(call('c1'), call('c2'));
  await bench.store.evidence.putSource({ ...(source ?? expect.fail()), bytes: statSync(path).size });
  expect(await unstored()).toEqual([path]);
});

test('what a session may still be writing, and what was not written here, is left alone', async () => {
  expect(await unstored(5_000)).toEqual([]);
  writeFileSync(join(dirname(path), 'other.jsonl'), jsonl([call('c1')]));
  utimesSync(join(dirname(path), 'other.jsonl'), 1, 1);
  expect(await unstored()).toEqual([path]);
});

test('recordings are removed by the path of their source, wherever the data folder was then', async () => {
  await store();
  expect(await removeRecordings(bench.home, [`/elsewhere/${path.split('/').at(-1)}`, '/nothing'])).toBe(1);
  expect(readdirSync(dirname(path))).toEqual([]);
});
