import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { seeded } from '../../tests/unit/evidence/recordings/mutate.js';

// Logs to measure with: conversations over made-up words (few common ones, many rare ones), with tool calls, results in
// JSON, source code, ids, dates and now and then an address. The same count and seed give the same bytes.

export interface Corpus {
  /** Bytes of the log that was written. */
  readonly bytes: number;
  /** Questions over words of every frequency. */
  readonly queries: readonly string[];
}

const wordCount = 8_000;
const roundsOfTalk = 6;
/** Records that one conversation gives: the instructions, and per round what was asked, called, found and said. */
export const recordsPerConversation = 1 + roundsOfTalk * 4;

const consonants = 'bdfghklmnprstvw';
const vowels = 'aeiou';

function wordOf(random: () => number): string {
  const letter = (from: string): string => from.charAt(Math.floor(random() * from.length));
  const syllables = 2 + Math.floor(random() * 3);
  return Array.from({ length: syllables }, () => letter(consonants) + letter(vowels)).join('');
}

/** Writes of what a log is made of. */
class Writer {
  readonly words: readonly string[];

  constructor(readonly random: () => number) {
    const found = new Set<string>();
    while (found.size < wordCount) found.add(wordOf(random));
    this.words = [...found];
  }

  /** A word; the first of the list are the common ones. */
  word(): string {
    return this.words[Math.floor(wordCount ** this.random()) - 1] ?? 'and';
  }

  number(below: number): number {
    return Math.floor(this.random() * below);
  }

  sentence(length: number): string {
    return `${Array.from({ length }, () => this.word()).join(' ')}.`;
  }

  id(): string {
    return Array.from({ length: 3 }, () => this.number(2 ** 32).toString(16)).join('-');
  }

  code(lines: number): string {
    return Array.from({ length: lines }, (_, at) => {
      const indent = '  '.repeat(at % 4);
      return `${indent}const ${this.word()}_${this.word()} = await ${this.word()}.${this.word()}({ ${this.word()}: ${this.number(900)}, path: '/src/${this.word()}/${this.word()}.ts' });`;
    }).join('\n');
  }

  result(): string {
    if (this.random() < 0.4) return this.code(9);
    const rows = Array.from({ length: 4 }, () => ({
      order_id: this.id(),
      placed_at: `2026-0${1 + this.number(9)}-1${this.number(9)}T0${this.number(9)}:15:00Z`,
      amount: this.number(1_000_000) / 100,
      note: this.sentence(9),
      url: `https://${this.word()}.example/${this.word()}?${this.word()}=${this.number(99)}&q=${this.word()}%20${this.word()}`,
    }));
    return JSON.stringify({ rows, next: this.id() });
  }
}

function conversation(write: Writer, number: number): object {
  const messages: object[] = [{ role: 'system', content: write.sentence(40) }];
  for (let round = 0; round < roundsOfTalk; round += 1) {
    const id = `call_${number}_${round}`;
    const name = `find_${write.words[write.number(30)]}`;
    const contact = write.random() < 0.01 ? ` Write to ${write.word()}.${number}@mail-host.example` : '';
    const call = { [write.word()]: write.id(), [write.word()]: write.sentence(6), limit: write.number(50) };
    messages.push({ role: 'user', content: `${write.sentence(60)}${contact}` });
    messages.push({
      role: 'assistant',
      content: write.sentence(20),
      tool_calls: [{ id, type: 'function', function: { name, arguments: JSON.stringify(call) } }],
    });
    messages.push({ role: 'tool', tool_call_id: id, name, content: write.result() });
    messages.push({ role: 'assistant', content: write.sentence(90) });
  }
  return { id: `talk-${number}`, messages, metadata: { task_id: `task-${number % 40}` } };
}

/** Writes a log of about so many records to `path`. */
export async function writeCorpus(path: string, records: number, seed = 1): Promise<Corpus> {
  const write = new Writer(seeded(seed));
  const file = createWriteStream(path);
  let bytes = 0;
  for (let number = 0; number * recordsPerConversation < records; number += 1) {
    const line = `${JSON.stringify(conversation(write, number))}\n`;
    bytes += Buffer.byteLength(line);
    if (!file.write(line)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  const queries = Array.from({ length: 60 }, () => write.sentence(2 + write.number(7)));
  return { bytes, queries };
}
