import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Bench,
  claudeLines,
  conversation,
  createBench,
  jsonl,
  tauRun,
  unaccounted,
} from '../unit/evidence/support.js';

// Made up, and put together at run time, so that no scanner takes this file for a leak.
const made = (...parts: string[]): string => parts.join('');
const letters = (seed: number, length: number, alphabet: string): string =>
  Array.from({ length }, (_, at) => alphabet[(seed * 7919 + at * at * 31 + at * 17) % alphabet.length]).join('');
const upper = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const mixed = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

function withLuhn(start: string): string {
  for (let check = 0; check < 10; check += 1) {
    const digits = [...`${start}${check}`].reverse().map(Number);
    const sum = digits.reduce(
      (all, digit, at) => all + (at % 2 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit),
      0,
    );
    if (sum % 10 === 0) return `${start}${check}`;
  }
  return start;
}

function germanIban(bank: string): string {
  const remainder = Number([...`${bank}131400`].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0));
  return `DE${String(98 - remainder).padStart(2, '0')}${bank}`;
}

const makers: readonly ((seed: number) => string)[] = [
  (seed) => made('AKIA', letters(seed, 16, upper)),
  (seed) => made('ghp_', letters(seed, 36, mixed)),
  (seed) => made('sk-', 'ant-', letters(seed, 40, mixed)),
  (seed) => made('hf_', letters(seed, 34, mixed)),
  (seed) => made('xoxb-', '1234567890-', letters(seed, 24, mixed)),
  (seed) => made('AIza', letters(seed, 35, mixed)),
  (seed) => made('sk_', 'live_', letters(seed, 24, mixed)),
  (seed) => `person.${letters(seed, 6, 'abcdefgh')}${seed}@mail-host.example`,
  (seed) => `+49 151 ${20_000_000 + seed * 7_919}`,
  (seed) => withLuhn(`4${String(532_015_112_830_000 + seed * 7_919).slice(0, 14)}`),
  (seed) => germanIban(String(370_400_440_532_000_000 + seed * 7_919)),
];

const encodings: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => Buffer.from(`the value is ${text}, yes`).toString('base64'),
  (text) => encodeURIComponent(`value=${text}`),
  (text) => [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  (text) => encodeURIComponent(encodeURIComponent(`a=${text};`)),
  (text) => Buffer.from(Buffer.from(`twice ${text} done`).toString('base64')).toString('base64'),
];

interface Planted {
  readonly secret: string;
  readonly shown: string;
}

function plant(from: number): Planted[] {
  return makers.flatMap((make, kind) =>
    encodings.map((encode, way) => {
      const secret = make(from + kind * encodings.length + way);
      return { secret, shown: encode(secret) };
    }),
  );
}

type Record_ = { [key: string]: unknown };

/** A conversation that says every planted text in a different place. */
function messagesWith(planted: readonly Planted[]): Record_[] {
  return planted.flatMap(({ secret, shown }, at): Record_[] => {
    const id = `c${at}`;
    const half = Math.floor(secret.length / 2);
    const parts = [secret.slice(0, half), secret.slice(half)].map((text) => ({ type: 'text', text }));
    const places: Record_[][] = [
      [{ role: 'user', content: `here it is: ${shown} ok?` }],
      [
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id,
              type: 'function',
              function: { name: 'put', arguments: JSON.stringify({ [shown]: 1, list: [shown] }) },
            },
          ],
        },
        { role: 'tool', tool_call_id: id, content: JSON.stringify({ saved: { note: `(${shown})` } }) },
      ],
      [{ role: 'user', content: parts }],
      [{ role: 'assistant', content: `line\n${shown}\nline` }],
    ];
    return places[at % places.length] ?? [];
  });
}

const logs: Readonly<Record<string, (planted: readonly Planted[]) => string>> = {
  openai_chat: (planted) => jsonl([{ messages: messagesWith(planted) }]),
  tau_bench: (planted) => JSON.stringify([{ ...tauRun(1, 0, 1), traj: messagesWith(planted) }]),
  claude_code: (planted) =>
    jsonl(
      planted.map(({ shown }, at) => ({
        ...Object(claudeLines()[2]),
        uuid: `u${at}`,
        message: {
          role: 'user',
          content:
            at % 2
              ? `it is ${shown} there`
              : [{ type: 'tool_result', tool_use_id: `t${at}`, content: [{ type: 'text', text: `${shown} !` }] }],
        },
      })),
    ),
  semantic_acts: (planted) =>
    jsonl(
      planted.map(({ shown }, at) => ({
        act_id: `f1#${at}`,
        forum_id: 'f1',
        intent: `Send ${shown} on`,
        action: 'Send it',
      })),
    ),
};

function bytesUnder(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name} ${readFileSync(join(entry.parentPath, entry.name), 'latin1')}`)
    .join('\n');
}

describe('planted secrets and personal data', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = createBench();
  });
  afterEach(() => bench.close());

  for (const [index, [format, write]] of Object.entries(logs).entries()) {
    it(`leave no byte in the data folder: ${format}, plain and encoded, and every record still verifies`, async () => {
      const planted = plant(index * 1_000);
      const output = await bench.import({ path: bench.file(`log.${format}`, write(planted)), format: 'auto' });
      expect([output.format, unaccounted(output)]).toEqual([format, 0]);
      const traces = await bench.traces();
      for (const record of traces.flatMap((trace) => trace.records).filter((_, at) => at % 9 === 0)) {
        expect(await bench.service.verifyRecord(record.evidence_id)).toBeNull();
      }
      await bench.store.close();
      const seen = [bytesUnder(join(bench.home, 'data')), bench.logged.join('\n'), JSON.stringify(output)].join('\n');
      const left = planted.filter(({ secret, shown }) => seen.includes(secret) || seen.includes(shown));
      expect(left).toEqual([]);
    });
  }

  it('leave no byte where they stand in names of files and folders, whose records still verify', async () => {
    const name = makers[7]?.(77) ?? '';
    const other = makers[7]?.(78) ?? '';
    bench.file(`of ${name}/${other}.jsonl`, jsonl([{ messages: conversation }]));
    bench.file(`of ${name}/${name}.jsonl`, jsonl([{ messages: [...conversation].slice(0, 2) }]));
    bench.file(`of ${name}/notes of ${name}.txt`, 'nothing that is a log');
    const output = await bench.import({ path: bench.logs });
    expect(output).toMatchObject({ imported: 7, ignored: 1 });
    const traces = await bench.traces();
    for (const record of traces.flatMap((trace) => trace.records)) {
      expect(await bench.service.verifyRecord(record.evidence_id)).toBeNull();
    }
    const [receipt] = await bench.store.receipts.listReceipts(1);
    const seen = [JSON.stringify([receipt, output, traces]), bench.logged.join('\n')].join('\n');
    await bench.store.close();
    const all = `${bytesUnder(join(bench.home, 'data'))}\n${seen}`;
    expect([name, other].filter((one) => all.includes(one))).toEqual([]);
  });

  it('are counted by kind in the receipt, which names the rules in force', async () => {
    const messages = [{ role: 'user', content: `${makers[7]?.(1)} and ${makers[7]?.(2)} and ${makers[0]?.(3)}` }];
    const output = await bench.import({ path: bench.file('log.jsonl', jsonl([{ messages }])) });
    expect(output.redacted).toEqual({ EMAIL: 2, AWS_KEY: 1 });
    const [receipt] = await bench.store.receipts.listReceipts(1);
    expect(receipt?.counts).toMatchObject({ redacted: 3, redacted_email: 2, redacted_aws_key: 1 });
    const [source] = await bench.store.evidence.listSources();
    expect(receipt?.arguments['redaction']).toEqual({ version: 3, policy: source?.redaction_policy });
  });
});
