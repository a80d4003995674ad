import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { recognize } from '../../src/evidence/importers/sniff.js';
import { decompressed } from '../../src/evidence/read/compressed.js';
import { bytesOf } from '../../src/evidence/read/spans.js';
import { runProgram } from '../support/program.js';
import { tempFolder } from '../support/temp.js';

const megabyte = 1024 * 1024;

/** A session of one long conversation: calls with results, lines that are not JSON, lines that carry nothing. */
async function writeSession(path: string, megabytes: number): Promise<{ messages: number; others: number }> {
  const out = createWriteStream(path);
  const words = 'the client reads a file and finds that the order went to another place '.repeat(24);
  const around = { sessionId: 's', cwd: '/home/ada/shop', version: '2.1.0', timestamp: '2026-01-02T03:04:05.000Z' };
  let [bytes, messages, others] = [0, 0, 0];
  const say = (type: string, content: unknown): string => {
    const line = { type, uuid: `u${messages + 1}`, parentUuid: messages === 0 ? null : `u${messages}`, ...around };
    messages += 1;
    return JSON.stringify({ ...line, message: { role: type, content } });
  };
  while (bytes < megabytes * megabyte) {
    const id = `t${messages}`;
    const lines = [
      say('assistant', [{ type: 'tool_use', id, name: 'Read', input: { file_path: `src/${messages}.ts` } }]),
      say('user', [{ type: 'tool_result', tool_use_id: id, content: `${messages} ${words}` }]),
      ...Array.from({ length: 4 }, (_, place) => `{"broken ${place}`),
      ...Array.from({ length: 4 }, () => JSON.stringify({ type: 'progress', sessionId: 's', data: messages })),
    ];
    others += 8;
    const text = `${lines.join('\n')}\n`;
    bytes += text.length;
    if (!out.write(text)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return { messages, others };
}

test('a log is imported in less memory than it would fill, whatever its lines are', { timeout: 240_000 }, async () => {
  const folder = tempFolder();
  const path = join(folder, 's.jsonl');
  const { messages, others } = await writeSession(path, 20);
  for (const [flags, heap] of [
    [['--dry-run'], 56],
    [[], 44],
  ] as const) {
    const small = { home: join(folder, 'home'), env: { NODE_OPTIONS: `--max-old-space-size=${heap}` } };
    const ended = await runProgram(['import', path, '--json', ...flags], small);
    expect(ended.code, ended.stderr.slice(-2_000)).toBe(0);
    const result = JSON.parse(ended.stdout);
    expect(result).toMatchObject({
      records_read: messages + others,
      imported: messages,
      rejected: others / 2,
      runs: 1,
    });
  }
});

test('compressed blank lines without end are no log, and are not followed beyond reason', async () => {
  // Members of a gzip file follow one another: 512 MB of line feeds in half a megabyte.
  const member = gzipSync(Buffer.alloc(16 * megabyte, '\n'));
  const bomb = Buffer.concat(Array.from({ length: 32 }, () => member));
  expect(await recognize(decompressed(bytesOf(bomb), 'gzip'))).toBeUndefined();
});
