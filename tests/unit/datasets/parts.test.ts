import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadOverlap } from '../../../src/datasets/decontaminate.js';
import { openLines, readJsonLines, readLines } from '../../../src/datasets/files.js';
import { assignSplits, defaultShares } from '../../../src/datasets/split.js';
import { loadTokenCounter } from '../../../src/datasets/tokens.js';
import { sha256 } from '../../../src/hash.js';

const groups = (count: number): string[] => Array.from({ length: count }, (_, index) => `task:${index}`);

describe('the split', () => {
  it('comes near the shares for many groups and does not depend on their order', () => {
    const { splits, moved } = assignSplits(groups(2000), defaultShares);
    const count = (name: string): number => [...splits.values()].filter((split) => split === name).length;
    expect(count('train')).toBeGreaterThan(1740);
    expect(count('validation')).toBeGreaterThan(60);
    expect(count('test')).toBeGreaterThan(60);
    expect(moved).toBeNull();
    expect(assignSplits(groups(2000).reverse(), defaultShares).splits).toEqual(splits);
  });

  it('leaves a group where it was when more groups come', () => {
    const few = assignSplits(groups(50), defaultShares).splits;
    const more = assignSplits(groups(500), defaultShares).splits;
    for (const [group, split] of few) expect(more.get(group)).toBe(split);
  });

  it('never leaves train empty while it is asked for, and says what it moved', () => {
    const shares = { train: 0.001, validation: 0.5, test: 0.499 };
    const one = assignSplits(['task:1', 'task:2'], shares);
    expect([...one.splits.values()]).toContain('train');
    expect(one.moved).not.toBeNull();
    const none = assignSplits(['task:1'], { train: 0, validation: 0, test: 2 });
    expect([...none.splits.values()]).toEqual(['test']);
  });
});

describe('files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'foundry-parts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
    const found: T[] = [];
    for await (const item of items) found.push(item);
    return found;
  };

  it('come back line by line whatever line separators the values hold', async () => {
    const values = [{ text: 'a\u2028b\u2029c\nd\r' }, { text: 'é'.repeat(100_000) }, 'last'];
    const writer = await openLines(folder, 'lines.jsonl');
    for (const value of values) await writer.write(value);
    const ref = await writer.close();
    expect(writer.lines).toBe(3);
    const text = (await all(readLines(join(folder, 'lines.jsonl')))).map((line) => `${line}\n`).join('');
    expect(ref).toEqual({ path: 'lines.jsonl', sha256: sha256(text), bytes: Buffer.byteLength(text) });
    expect(await all(readJsonLines(join(folder, 'lines.jsonl')))).toEqual(values);
  });

  it('that must stay unseen are compared by first message and by runs of 13 words', async () => {
    const path = join(folder, 'unseen.jsonl');
    const long = 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen';
    const chat = {
      messages: [
        { role: 'system', content: 'Be kind' },
        { role: 'user', content: 'Refund order 7!' },
      ],
    };
    writeFileSync(path, `${JSON.stringify(chat)}\nnot json\n${JSON.stringify({ question: long })}\n`);
    const { overlaps, unreadable } = await loadOverlap(path);
    expect(unreadable).toBe(1);
    expect(overlaps(['refund ORDER 7'])).toBe(true);
    expect(overlaps(['hello', 'refund order 7'])).toBe(false);
    expect(overlaps(['hello', `well, ${long.toUpperCase()} and so on`])).toBe(true);
    expect(overlaps(['one two three four five six seven eight nine ten eleven twelve'])).toBe(false);
    expect(overlaps(['be kind'])).toBe(false);
  });

  it('are counted in tokens also where their text spells out special tokens', async () => {
    const count = await loadTokenCounter();
    expect(count({ text: 'hello <|endoftext|> world' })).toBeGreaterThan(5);
    expect(count({ text: 'word '.repeat(1000) })).toBeGreaterThan(900);
  });
});
