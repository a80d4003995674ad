import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSqliteStore } from '../../db/sqlite/store.js';
import { bytesUnder } from '../support/hostile.js';
import { tempFolder } from '../support/temp.js';
import { runMain, useEnvironment } from '../unit/cli/run-main.js';
import { conversation } from '../unit/evidence/support.js';

let drawn = 0;
/** Another key for each argument, so that a leak tells where it came from. */
function key(): string {
  drawn += 1;
  return `sk_${'live'}_${'Zq7Rk2Wm9Xt4Vb8Ny3Hc6Jd5'.slice(0, 22)}${String(drawn).padStart(2, '0')}`;
}

test('what is said to a tool on the command line stands in no receipt where it holds a secret or an address', async () => {
  const folder = tempFolder();
  const home = join(folder, 'home');
  useEnvironment(home);
  const log = join(folder, 'log.jsonl');
  writeFileSync(log, `${JSON.stringify({ messages: conversation, metadata: { task_id: 'orders' }, reward: 1 })}\n`);
  expect((await runMain('import', log, '--source', 'shop')).code).toBe(0);

  const secrets: string[] = [];
  const plant = (): string => {
    const secret = secrets.length % 2 === 0 ? key() : `person.${secrets.length}@mail-host.example`;
    secrets.push(secret);
    return secret;
  };
  const calls: [string, object][] = [
    ['score_run', { source: plant() }],
    ['score_run', { run_ids: [plant(), plant()] }],
    ['score_run', { task_id: plant(), source: 'shop' }],
    ['mine_needs', { source: plant() }],
    ['mine_needs', { run_ids: [plant()] }],
    ['cluster_needs', { mining_id: plant() }],
    ['extract_playbooks', { source: plant() }],
    ['extract_playbooks', { task_type: plant() }],
    ['compare_drift', { kind: 'scores', from: plant(), to: plant() }],
    ['compare_drift', { kind: 'corpus', from: plant(), to: plant() }],
    ['compare_drift', { kind: 'library', from: plant(), to: plant() }],
    ['build_sft', { name: 'x', filter: { source: plant() } }],
    ['manage_capability', { name: plant(), action: 'deprecate', reason: plant() }],
    ['call_capability', { name: plant(), input: { text: plant() } }],
    ['search_evidence', { query: plant(), source: plant() }],
    ['search_capabilities', { query: plant() }],
  ];
  for (const [tool, input] of calls) await runMain('call', tool, JSON.stringify(input));

  const left = bytesUnder(home).flatMap(({ path, text }) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${path.slice(home.length)}`),
  );
  expect(left).toEqual([]);
  const store = createSqliteStore(join(home, 'foundry.db'));
  const receipts = await store.receipts.listReceipts(50);
  await store.close();
  expect(new Set(receipts.map((one) => one.command)).size).toBeGreaterThanOrEqual(3);
  expect(JSON.stringify(receipts)).toContain('[STRIPE_KEY_1]');
});
