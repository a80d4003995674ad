import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openKept } from '../../db/sqlite/kept.js';
import { builtProgram } from '../support/built.js';
import { cleanEnvironment } from '../support/program.js';
import { tempFolder } from '../support/temp.js';
import { createBench } from '../unit/evidence/support.js';

interface Shell {
  readonly code: number | null;
  readonly out: string;
}

/** Runs a script; `$RUN` starts the program over the data folder `$FOUNDRY_HOME`. Both streams come out as one. */
function shell(script: string, folder: string, before: readonly string[] = []): Shell {
  const [command = 'sh', ...args] = [...before, 'sh', '-c', script];
  const env = {
    ...cleanEnvironment(join(folder, 'data')),
    RUN: `${process.execPath} ${builtProgram()}`,
    FOLDER: folder,
  };
  const ended = spawnSync(command, args, { cwd: '/', env, encoding: 'utf8' });
  return { code: ended.status, out: `${ended.stdout}${ended.stderr}` };
}

const inNamespace = ['unshare', '--user', '--map-root-user', '--mount'];

/** Mounts need namespaces of one's own, which not every machine gives. */
function canMount(folder: string): boolean {
  const tried = shell('mount -t tmpfs -o size=1m tmpfs "$FOLDER"', folder, inNamespace);
  if (tried.code === 0) return true;
  console.warn(`skipped: no file system can be mounted here (${tried.out.trim() || 'unshare is not there'})`);
  return false;
}

const talk = (number: number, size: number): object => ({
  id: `talk-${number}`,
  messages: [
    { role: 'user', content: `Where is parcel ${number}?` },
    { role: 'assistant', content: `It is on its way. ${`word${number} `.repeat(size)}` },
  ],
});

/** A log that fits, and one of about 8 MB that does not. */
function writeLogs(folder: string): void {
  const jsonl = (from: number, count: number, size: number): string =>
    Array.from({ length: count }, (_, at) => `${JSON.stringify(talk(from + at, size))}\n`).join('');
  writeFileSync(join(folder, 'small.jsonl'), jsonl(0, 20, 5));
  writeFileSync(join(folder, 'big.jsonl'), jsonl(1_000, 800, 1_200));
}

const noStack = (out: string): void => expect(out).not.toMatch(/\n\s+at |SqliteError|node:internal/);

interface Kept {
  readonly records: number;
  readonly sound: string;
}

function keptIn(path: string): Kept {
  const db = openKept(path);
  const records = Number(db.prepare('SELECT count(*) FROM evidence').pluck().get());
  const sound = String(db.pragma('integrity_check', { simple: true }));
  db.close();
  return { records, sound };
}

test('a limit on the size of files ends an import with what to do, and nothing that was stored is lost', () => {
  const folder = tempFolder();
  writeLogs(folder);
  expect(shell('$RUN import "$FOLDER/small.jsonl"', folder).code).toBe(0);
  const refused = shell('ulimit -f 4000; $RUN import "$FOLDER/big.jsonl"', folder);
  expect(refused.code).toBe(1);
  expect(refused.out).toContain('needs_setup: The disk refused to read or write a file of the store.\nCheck whether');
  noStack(refused.out);
  const database = join(folder, 'data', 'foundry.db');
  expect(keptIn(database)).toEqual({ records: 40, sound: 'ok' });
  expect(shell('$RUN import "$FOLDER/big.jsonl"', folder).out).toMatch(/imported +1600\n/);
  expect(keptIn(database)).toEqual({ records: 1_640, sound: 'ok' });
});

test('a full disk ends every command with what to do, and once there is room the import goes on', () => {
  const folder = tempFolder();
  writeLogs(folder);
  mkdirSync(join(folder, 'data'));
  if (!canMount(join(folder, 'data'))) return;
  const steps = [
    'mount -t tmpfs -o size=4m tmpfs "$FOUNDRY_HOME"',
    '$RUN import "$FOLDER/small.jsonl"',
    'echo "== full"; $RUN import "$FOLDER/big.jsonl"; echo "ended with $?"',
    `echo "== read"; $RUN call search_evidence '{"query":"parcel","limit":1}'; echo "ended with $?"`,
    'dd if=/dev/zero of="$FOUNDRY_HOME/filler" bs=4096 2>/dev/null',
    'echo "== more"; $RUN import "$FOLDER/big.jsonl"; echo "ended with $?"',
    'mount -o remount,size=200m "$FOUNDRY_HOME"',
    'echo "== room"; $RUN import "$FOLDER/big.jsonl"; echo "ended with $?"',
    `echo "== all"; $RUN call search_evidence '{"query":"parcel","limit":1}'`,
  ];
  const { out } = shell(`exec 2>&1; ${steps.join('; ')}`, folder, inNamespace);
  const [, full = '', read = '', more = '', room = '', all = ''] = out.split(/== \w+\n/);
  expect(full).toContain(
    'limit: The disk that holds the store is full.\nFree some space; nothing that was stored is lost.',
  );
  // Without a single byte left, SQLite cannot even read: it needs a small file beside the log.
  expect(more).toMatch(/limit: The disk that holds the store is full|needs_setup: The disk refused to read or write/);
  for (const refused of [full, more]) expect(refused).toContain('ended with 1');
  noStack(out);
  expect(read).toContain('"searched": 40');
  expect(read).toContain('ended with 0');
  expect(room).toMatch(/imported +1600\n[\s\S]*ended with 0/);
  expect(all).toContain('"searched": 1640');
});

test('a folder that is only there to read is told from one that can be written', () => {
  const folder = tempFolder();
  writeLogs(folder);
  expect(shell('$RUN import "$FOLDER/small.jsonl"', folder).code).toBe(0);
  const database = join(folder, 'data', 'foundry.db');
  const before = readFileSync(database);
  if (!canMount(join(folder, 'data'))) return;
  const steps = [
    'mount --bind "$FOLDER" "$FOLDER" && mount -o remount,bind,ro "$FOLDER"',
    'cd "$FOLDER"; $RUN import "$FOLDER/big.jsonl"; echo "ended with $?"',
    'FOUNDRY_HOME="$FOLDER/other" $RUN import "$FOLDER/big.jsonl"; echo "ended with $?"',
  ];
  const { out } = shell(`exec 2>&1; ${steps.join('; ')}`, folder, inNamespace);
  const told =
    'needs_setup: The store cannot be written.\nMake the data folder writable, or set FOUNDRY_HOME to one that is.';
  expect(out.split(told)).toHaveLength(3);
  expect(out.match(/ended with 1/g)).toHaveLength(2);
  noStack(out);
  expect(readFileSync(database).equals(before)).toBe(true);
});

test('a torn last page is told, and the file is left as it is', () => {
  const folder = tempFolder();
  writeLogs(folder);
  expect(shell('$RUN import "$FOLDER/big.jsonl"', folder).code).toBe(0);
  const database = join(folder, 'data', 'foundry.db');
  truncateSync(database, statSync(database).size - 5_000);
  const torn = readFileSync(database);
  const commands = ['import "$FOLDER/small.jsonl"', `call search_evidence '{"query":"parcel"}'`, 'call foundry_status'];
  for (const command of commands) {
    const { code, out } = shell(`$RUN ${command}`, folder);
    expect(code).toBe(1);
    expect(out).toContain('needs_setup: The database file is damaged or is not a database.');
    expect(out).toContain('Restore it from a copy, or set FOUNDRY_DB to a new file and import the logs again.');
    noStack(out);
  }
  expect(readFileSync(database).equals(torn)).toBe(true);
});

test('a log beside the file whose end is torn loses what it held last, and an import brings that back', async () => {
  const bench = createBench();
  onTestFinished(() => bench.close());
  writeLogs(bench.logs);
  await bench.import({ path: join(bench.logs, 'small.jsonl') });
  await bench.import({ path: join(bench.logs, 'big.jsonl') });
  // As a power cut leaves it: what was committed stands in the log beside the file, and the end of that is not written.
  const copy = join(bench.home, 'torn');
  mkdirSync(copy);
  for (const name of ['foundry.db', 'foundry.db-wal']) copyFileSync(join(bench.home, 'data', name), join(copy, name));
  const wal = join(copy, 'foundry.db-wal');
  truncateSync(wal, statSync(wal).size - 3_000_000);
  const left = keptIn(join(copy, 'foundry.db'));
  expect([left.sound, left.records]).toEqual(['ok', 40]);
  const again = shell('FOUNDRY_HOME="$FOLDER/torn" $RUN import "$FOLDER/logs/big.jsonl"', bench.home);
  expect(again.code, again.out).toBe(0);
  expect(keptIn(join(copy, 'foundry.db'))).toEqual({ records: 1_640, sound: 'ok' });
});
