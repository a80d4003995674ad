import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fixedClock, plainContext } from '../../../src/context.js';
import { isDenial, meaningOf } from '../../../src/knowledge/claim-words.js';
import { claimsOf } from '../../../src/knowledge/claims.js';
import type { DriftOutput } from '../../../src/knowledge/drift-contract.js';
import { createKnowledgeService } from '../../../src/knowledge/knowledge-service.js';
import type { KnowledgeService } from '../../../src/knowledge/service.js';
import { createRoots } from '../../../src/roots.js';
import { createScoringService } from '../../../src/scoring/scoring-service.js';
import { type Bench, createBench } from '../scoring/bench.js';
import { agent, call, result, type Said, traceOf, user } from '../scoring/traces.js';

describe('the claims of a document', () => {
  test('are its list items, table rows and sentences, each with its line and what it stands under', () => {
    const document = `---
title: no claim
---
# Desk

The desk *refunds* orders. It never asks twice. Does it?
It goes on here.

## Rules

- [x] Refunds need an [order id](http://x).
1. \`cancel\` ends an order
   and says so.

| rule | value |
| --- | --- |
| limit | 50 dollars |

\`\`\`
- code is no claim
\`\`\`
<!-- nor
is this. -->
`;
    expect(claimsOf(document).map(({ line, text, under }) => [line, text, under.join(' / ')])).toEqual([
      [6, 'The desk refunds orders.', 'Desk'],
      [6, 'It never asks twice.', 'Desk'],
      [6, 'It goes on here.', 'Desk'],
      [11, 'Refunds need an order id.', 'Desk / Rules'],
      [12, 'cancel ends an order and says so.', 'Desk / Rules'],
      [17, 'limit: 50 dollars', 'Desk / Rules'],
    ]);
  });

  test('are none in an empty document, and however odd it is', () => {
    for (const odd of [
      '',
      '---',
      '```',
      '|',
      '#',
      '-',
      '<!--',
      '\r\n\r\n',
      '| a |\n|---|\n',
      `${'> '.repeat(5000)}x`,
    ]) {
      expect(() => claimsOf(odd)).not.toThrow();
    }
    expect(claimsOf('# Only a heading\n')).toEqual([]);
  });
});

test('words are compared by their stems, and a denial of a denial denies nothing', () => {
  expect([...meaningOf('The cancellation was cancelled')]).toEqual(['cancel']);
  expect([...meaningOf('get_userDetails for 1,200 users')]).toEqual(['get', 'detail', '1200']);
  expect(isDenial('It cannot be cancelled')).toBe(true);
  expect(isDenial("It doesn't fail")).toBe(false);
});

describe('claims against the evidence', () => {
  let bench: Bench;
  let knowledge: KnowledgeService;
  const overMcp = plainContext('mcp');

  beforeEach(async () => {
    bench = await createBench();
    const deps = { ...bench, clock: fixedClock() };
    const roots = createRoots([bench.folder], [], bench.folder);
    knowledge = createKnowledgeService({ ...deps, roots, scoring: createScoringService(deps) });
  });
  afterEach(() => bench.close());

  async function compared(claims: readonly string[], said: readonly Said[], to = 'now'): Promise<DriftOutput> {
    await bench.add(traceOf('r', said));
    writeFileSync(join(bench.folder, 'desk.md'), `# Desk\n\n${claims.map((one) => `- ${one}\n`).join('')}`);
    return knowledge.compareDrift({ kind: 'claims', from: 'desk.md', to }, overMcp);
  }
  const verdicts = async (claim: string, said: readonly Said[]): Promise<string> =>
    (await compared([claim], said)).changed[0]?.after ?? '';
  const refund = (answer: string | { ok: boolean }): Said[] => [
    agent('', call('1', 'refund_order', { id: 'o-7' })),
    result('1', answer),
  ];

  test.each<[string, string, Said[], string]>([
    ['a call that worked supports', 'The user can have an order refunded.', refund({ ok: true }), 'supported: 1 for'],
    [
      'a call that failed contradicts',
      'An order can be refunded.',
      refund('Error: not allowed'),
      'contradicted: 1 against',
    ],
    [
      'a refusal supports what denies',
      'An order cannot be refunded.',
      refund('Error: not allowed'),
      'supported: 1 for',
    ],
    [
      'the agent affirms',
      'Shipped parcels are insured.',
      [agent('All shipped parcels are insured.')],
      'supported: 1 for',
    ],
    [
      'the agent denies',
      'Shipped parcels are insured.',
      [agent('Sorry, shipped parcels are not insured.')],
      'contradicted: 1 against',
    ],
    [
      'what is denied in passing denies nothing',
      'Shipped parcels are insured.',
      [agent('Shipped parcels are insured, so you need not worry.')],
      'supported: 1 for',
    ],
    ['another number is no evidence', 'Parcels arrive in 3 days.', [agent('Parcels arrive in 5 days.')], 'no evidence'],
    [
      'a question states nothing',
      'Shipped parcels are insured.',
      [agent('Are shipped parcels insured?')],
      'no evidence',
    ],
    [
      'what users say is no evidence',
      'Shipped parcels are insured.',
      [user('Shipped parcels are insured.')],
      'no evidence',
    ],
    [
      'what the agent thinks is no evidence',
      'Shipped parcels are insured.',
      [agent('', call('1', 'think', { thought: 'Shipped parcels are insured.' })), result('1', '')],
      'no evidence',
    ],
    ['one word is too little', 'Insured.', [agent('Insured.')], 'no evidence'],
  ])('%s', async (_, claim, said, verdict) => {
    expect(await verdicts(claim, [user('Hello'), ...said])).toBe(verdict);
  });

  test('each claim names the records for and against it, in the order of the document', async () => {
    const said = [user('Hi'), agent('Shipped parcels are insured.'), agent('Shipped parcels are not insured.')];
    const out = await compared(['Shipped parcels are insured.', 'Returns are free of charge.'], said);
    const [first, second] = traceOf('r', said).records.slice(1);
    expect(out.changed).toEqual([
      {
        id: 'line 3 (Desk)',
        before: 'Shipped parcels are insured.',
        after: 'disputed: 1 for, 1 against',
        reasons: [
          `+ evidence://records/${first?.evidence_id} "Shipped parcels are insured."`,
          `- evidence://records/${second?.evidence_id} "Shipped parcels are not insured."`,
        ],
      },
      { id: 'line 4 (Desk)', before: 'Returns are free of charge.', after: 'no evidence', reasons: [] },
    ]);
    expect(out.summary).toBe('2 claims: 0 supported, 0 contradicted, 1 disputed, 1 without evidence in 3 records.');
    const receipt = await bench.store.receipts.getReceipt(out.receipt_id);
    expect(receipt).toMatchObject({
      arguments: { kind: 'claims', from: 'desk.md', to: 'now' },
      inputs: [{ path: 'desk.md', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
      record_counts: { in: 2, out: 2 },
    });
  });

  test('only what was recorded until a time, or stands in a source, counts', async () => {
    const said = [agent('Shipped parcels are insured.')];
    const claim = ['Shipped parcels are insured.'];
    expect((await compared(claim, said, '2025-12-31')).changed[0]?.after).toBe('no evidence');
    expect((await compared(claim, said, 'made-up')).changed[0]?.after).toBe('supported: 1 for');
    await expect(compared(claim, said, 'elsewhere')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a document outside of the granted folders, one that is not there, and one that is too long are refused', async () => {
    const refused = (from: string) => knowledge.compareDrift({ kind: 'claims', from, to: 'now' }, overMcp);
    await expect(refused('/etc/hostname')).rejects.toMatchObject({ code: 'path_not_allowed' });
    await expect(refused('none.md')).rejects.toMatchObject({ code: 'not_found' });
    await expect(refused('.')).rejects.toMatchObject({ code: 'not_found' });
    writeFileSync(join(bench.folder, 'long.md'), 'a'.repeat(1024 * 1024 + 1));
    await expect(refused('long.md')).rejects.toMatchObject({ code: 'limit' });
  });
});
