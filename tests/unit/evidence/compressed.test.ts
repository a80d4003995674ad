import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codexLines } from './recordings/codex.js';
import { responseRequests } from './recordings/responses.js';
import { toolTrajectory } from './recordings/swe-agent.js';
import { tau2Results } from './recordings/tau2.js';
import { type Bench, claudeLines, createBench, jsonl, tauRun, unaccounted } from './support.js';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

/** A frame of zstd whose blocks are stored as they are. */
function zstdStored(text: string): Buffer {
  const bytes = Buffer.from(text);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.length);
  const pieces = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size];
  for (let at = 0; at < bytes.length; at += 100_000) {
    const piece = bytes.subarray(at, at + 100_000);
    const header = Buffer.alloc(3);
    header.writeUIntLE((piece.length << 3) | (at + piece.length >= bytes.length ? 1 : 0), 0, 3);
    pieces.push(header, piece);
  }
  return Buffer.concat(pieces);
}

async function readsZstd(): Promise<boolean> {
  if ('createZstdDecompress' in zlib) return true;
  return import('fzstd').then(
    () => true,
    () => false,
  );
}

async function provesAll(): Promise<void> {
  for (const { records } of await bench.traces()) {
    for (const { evidence_id } of records) expect(await bench.service.verifyRecord(evidence_id)).toBeNull();
  }
}

describe('a compressed log', () => {
  it('of gzip is read as what it holds, with places in its text and the hash of the file', async () => {
    const text = jsonl(codexLines());
    const path = bench.file('rollout.jsonl.gz', zlib.gzipSync(text));
    const output = await bench.import({ path });
    expect(output).toMatchObject({ format: 'codex', imported: 15, rejected: 0 });
    const [trace] = await bench.traces();
    const at = trace?.records.at(-1)?.provenance;
    const span = Buffer.from(text).subarray(at?.byte_offset, (at?.byte_offset ?? 0) + (at?.byte_length ?? 0));
    expect(span.toString()).toContain('The test passes.');
    const [source] = await bench.store.evidence.listSources();
    expect(source?.sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
    await provesAll();
    expect(await bench.import({ path: bench.file('plain', text) })).toMatchObject({ imported: 0, duplicates: 15 });
  });

  it('that was written in several pieces, or as one document, is read whole', async () => {
    const lines = codexLines().map((line) => zlib.gzipSync(jsonl([line])));
    expect(await bench.import({ path: bench.file('a', Buffer.concat(lines)) })).toMatchObject({ imported: 15 });
    const runs = zlib.gzipSync(JSON.stringify([tauRun(0, 0, 1), tauRun(1, 0, 0)], null, 2));
    expect(await bench.import({ path: bench.file('b', runs) })).toMatchObject({ format: 'tau_bench', imported: 12 });
    await provesAll();
  });

  it('of zstd is read as well', async (test) => {
    if (!(await readsZstd())) test.skip('neither this Node nor an installed fzstd reads zstd');
    const output = await bench.import({ path: bench.file('a.zst', zstdStored(jsonl(codexLines()))) });
    expect(output).toMatchObject({ format: 'codex', imported: 15, rejected: 0 });
    await provesAll();
    const torn = zstdStored(`${jsonl(codexLines('r9'))}${' '.repeat(300_000)}`).subarray(0, 200_000);
    const rest = await bench.import({ path: bench.file('b.zst', torn) });
    expect(rest).toMatchObject({ imported: 15, rejected: 1 });
  });

  it('that ends early or is damaged gives what came before, and says so', async () => {
    const lines = Array.from({ length: 400 }, (_, index) => ({ ...codexLines()[3], n: index, noise: Math.sin(index) }));
    const whole = zlib.gzipSync(jsonl([...codexLines().slice(0, 1), ...lines]));
    for (const [name, bytes] of [
      ['early', whole.subarray(0, whole.length - 2_000)],
      ['damaged', Buffer.concat([whole.subarray(0, whole.length - 2_000), Buffer.alloc(2_000, 7)])],
    ] as const) {
      const output = await bench.import({ path: bench.file(name, bytes), dry_run: true });
      // Damage may give nonsense, which is rejected line by line, before it is noticed.
      expect(output.rejected).toBeGreaterThan(0);
      if (name === 'early') expect(output.rejected).toBe(1);
      if (name === 'early') expect(output.rejections[0]?.reason).toMatch(/ends early or is damaged/);
      expect(output.imported).toBeGreaterThan(20);
      expect(unaccounted(output)).toBe(0);
    }
    const empty = bench.import({ path: bench.file('nothing.gz', zlib.gzipSync('')) });
    await expect(empty).rejects.toMatchObject({ code: 'unsupported_format' });
  });

  it('that expands beyond reason is not read to its end', async () => {
    const spaces = zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
    const bomb = Buffer.concat([zlib.gzipSync(jsonl(codexLines())), ...Array.from({ length: 6 }, () => spaces)]);
    const output = await bench.import({ path: bench.file('bomb.gz', bomb), dry_run: true });
    expect(output).toMatchObject({ imported: 15, rejected: 1 });
    expect(output.rejections[0]?.reason).toMatch(/damaged/);
  });
});

describe('a folder of many formats', () => {
  it('is read in one call, compressed or not, whatever the files are called', async () => {
    bench.file('mixed/1.log', jsonl(codexLines()));
    bench.file('mixed/2.json', zlib.gzipSync(jsonl(responseRequests)));
    bench.file('mixed/sub/3', JSON.stringify(tau2Results));
    bench.file('mixed/sub/4.txt', zlib.gzipSync(JSON.stringify(toolTrajectory)));
    bench.file('mixed/5.jsonl', jsonl(claudeLines()));
    bench.file('mixed/notes.md', '# nothing');
    const output = await bench.import({ path: `${bench.logs}/mixed` });
    expect(output).toMatchObject({ format: 'mixed', files: 6, rejected: 0, ignored_kinds: { unrecognized_file: 1 } });
    expect(unaccounted(output)).toBe(0);
    const formats = (await bench.store.evidence.listSources()).map((one) => one.format).sort();
    expect(formats).toEqual(['claude_code', 'codex', 'openai_responses', 'swe_agent', 'tau2_bench']);
    await provesAll();
  });
});
