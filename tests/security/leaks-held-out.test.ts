import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openKept } from '../../db/sqlite/kept.js';
import { canonicalJson, isJsonObject, type JsonValue, tryParseJson } from '../../src/json.js';
import { bytesUnder, connectHere, walk } from '../support/hostile.js';
import { writeParcelLog } from '../support/parcel-logs.js';
import { runProgram } from '../support/program.js';
import { tempFolder } from '../support/temp.js';

/** Every hidden test of the store by what it puts in and what it has calls answer. */
function hiddenTests(db: string): string[] {
  const store = openKept(db, { readonly: true });
  try {
    const rows = store.prepare('SELECT * FROM hidden_tests').all() as Record<string, unknown>[];
    return rows.map((row) => String(Object.values(row).find((value) => String(value).includes('"expected"'))));
  } finally {
    store.close();
  }
}

/** Every object in a value that looks like a test, as text that can be compared. */
function testsIn(value: JsonValue): string[] {
  if (typeof value === 'string') {
    const inner = /^\s*[{[]/.test(value) ? tryParseJson(value) : undefined;
    return inner === undefined ? [] : testsIn(inner);
  }
  if (Array.isArray(value)) return value.flatMap(testsIn);
  if (!isJsonObject(value)) return [];
  const own = 'input' in value && 'expected' in value ? [canonicalJson([value['input'], value['expected']])] : [];
  return [...own, ...Object.values(value).flatMap(testsIn)];
}

const documentsOf = (text: string): JsonValue[] => {
  const whole = tryParseJson(text);
  return whole === undefined ? text.split('\n').flatMap((line) => tryParseJson(line) ?? []) : [whole];
};

test('cases of held-out runs are in no file of the pipeline, no export and no resource', async () => {
  const folder = tempFolder();
  const home = join(folder, 'home');
  mkdirSync(home);
  const out = join(folder, 'out');
  const log = writeParcelLog(folder, 30);
  const run = await runProgram(['pipeline', '--in', log, '--stage', 'all', '--generator', 'induction', '--out', out], {
    home,
  });
  expect(run.code, run.stderr).toBe(0);
  const exported = await runProgram(['export', join(folder, 'skills')], { home });
  expect(exported.code, exported.stderr).toBe(0);

  const hidden = new Set(hiddenTests(join(home, 'foundry.db')).flatMap((text) => testsIn(tryParseJson(text) ?? null)));
  expect(hidden.size).toBeGreaterThan(0);
  const client = await connectHere({ home, readRoots: [folder] });
  const shown = [
    ...[...bytesUnder(out), ...bytesUnder(join(folder, 'skills'))].map(({ path, text }) => ({ at: path, text })),
    ...(await walk(client)).map(({ uri, text }) => ({ at: uri, text })),
  ];
  const visible = shown.flatMap(({ at, text }) =>
    documentsOf(text)
      .flatMap(testsIn)
      .map((one) => ({ at, one })),
  );
  // The search finds tests where there are some: without this it could not fail.
  expect(visible.length).toBeGreaterThan(hidden.size);
  expect(visible.filter(({ one }) => hidden.has(one)).map(({ at }) => at)).toEqual([]);
});
