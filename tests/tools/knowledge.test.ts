import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/client';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config.js';
import { plainContext } from '../../src/context.js';
import { silentLogger } from '../../src/log.js';
import { createServices } from '../../src/services.js';
import { connect, textOf } from '../support/connect.js';
import { tempFolder } from '../support/temp.js';

const run = (task: number, trial: number, reward: number): object => ({
  task_id: task,
  trial,
  reward,
  info: { task: { instruction: 'Cancel it', actions: [{ name: 'cancel_order', kwargs: { order: 'A' } }] } },
  traj: [
    { role: 'user', content: `Cancel order A${task} of trial ${trial}` },
    ...['think', 'find_order', 'cancel_order'].flatMap((name) => [
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id: name,
            type: 'function',
            function: {
              name,
              arguments: JSON.stringify(name === 'think' ? { thought: 'I will cancel it.' } : { order: 'A' }),
            },
          },
        ],
      },
      {
        role: 'tool',
        tool_call_id: name,
        name,
        content: name === 'cancel_order' && reward === 0 ? 'Error: late' : '{}',
      },
    ]),
  ],
});

let client: Client;
let home: string;
let runId: string;

beforeEach(async () => {
  home = tempFolder();
  const services = createServices(loadConfig({ FOUNDRY_HOME: home }), { jobs: 'inline', log: silentLogger });
  onTestFinished(() => services.close());
  const content = JSON.stringify([run(1, 0, 1), run(2, 0, 1), run(3, 0, 0)]);
  writeFileSync(join(home, 'runs.json'), content);
  await services.evidence.importEvidence({ path: join(home, 'runs.json'), source: 'orders' }, plainContext());
  runId = (await services.store.evidence.listRuns({ task_id: '1' }, 1))[0]?.run_id ?? '';
  client = await connect(services);
});

const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
async function read(uri: string): Promise<string> {
  const [content] = (await client.readResource({ uri })).contents;
  return content && 'text' in content ? content.text : '';
}

describe('derived knowledge over MCP', () => {
  test('a playbook is extracted and read, each step with its records', async () => {
    const made = await call('extract_playbooks', {});
    expect(textOf(made)).toMatch(
      /^1 of 1 playbook shown\.\n- playbooks:\/\/playbook_\w+ "cancel_order": 2 accepted runs/,
    );
    const uri = /playbooks:\/\/\w+/.exec(textOf(made))?.[0] ?? '';
    const page = await read(uri);
    expect(page).toMatch(/1\. `find_order` with `order`: \[record\]\(evidence:\/\/records\/[0-9a-f]{64}\)/);
    expect(page).toContain('`cancel_order failed: Error: late`, once');
    expect(JSON.parse(await read(`${uri}/record`))).toMatchObject({ schema_version: 1, support: 2 });
  });

  test('the ledger is a table, and a row with the runs behind it', async () => {
    await call('score_run', { all_unscored: true });
    expect(await read('ledger://models')).toContain(
      '| `unknown` | `cancel_order` | [3](ledger://models?model=unknown&task_type=cancel_order) | 0.667 (0.208 to 0.939) |',
    );
    const rows: unknown = JSON.parse(await read('ledger://models?model=unknown&task_type=cancel_order'));
    expect(rows).toMatchObject([
      { sample_count: 3, success_rate: { accepted_run_ids: [expect.any(String), expect.any(String)] } },
    ]);
  });

  test('a scratchpad is read by its run; a run without one has none', async () => {
    expect(JSON.parse(await read(`scratchpads://${runId}`))).toMatchObject({
      run_id: runId,
      decisions: [{ text: 'I will cancel it.' }],
      validation_status: 'passed',
    });
    await expect(read('scratchpads://run_none')).rejects.toMatchObject({ code: -32602 });
  });

  test('drift is told with reasons and a receipt', async () => {
    await call('score_run', { all_unscored: true });
    const drift = await call('compare_drift', { kind: 'scores', from: '2020-01-01', to: 'now', limit: 1 });
    expect(textOf(drift)).toMatch(
      /^3 of 3 runs are judged otherwise: 2 not scored -> accepted; 1 not scored -> rejected\.\n- "run_/,
    );
    expect(textOf(drift)).toMatch(/More: pass cursor "\w+"\.\nreceipt_id: receipt_\w+$/);
  });
});

test('compare_drift tells of each claim what the evidence shows, and quotes the document', async () => {
  const path = join(home, 'desk.md');
  writeFileSync(path, '# Orders\n\n- An order cannot be cancelled late.\n- Parcels\u200b are insured.\n');
  const told = textOf(await call('compare_drift', { kind: 'claims', from: path, to: 'now' }));
  expect(told).toContain('2 claims: ');
  expect(told).toMatch(
    /^- "line 3 \(Orders\)": "An order cannot be cancelled late\." -> supported: 1 for \("\+ evidence:/m,
  );
  expect(told).toMatch(/^- "line 4 \(Orders\)": "Parcels\S* are insured\." -> no evidence$/m);
  const outside = await call('compare_drift', { kind: 'claims', from: '/etc/hostname', to: 'now' });
  expect(textOf(outside)).toMatch(/^path_not_allowed: /);
});
