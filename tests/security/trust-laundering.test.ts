import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectHere, done } from '../support/hostile.js';
import { tempFolder } from '../support/temp.js';

const call = { id: 'c1', type: 'function', function: { name: 'find_order', arguments: '{"order_id":"O-1"}' } };
const messages = [
  { role: 'user', content: 'Where is order O-1?' },
  { role: 'assistant', content: null, tool_calls: [call] },
  { role: 'tool', tool_call_id: 'c1', content: '{"at":"Oslo"}' },
  { role: 'assistant', content: 'It is in Oslo.' },
];
const runs = [1, 2, 3].map((id) => ({ task_id: `made-up-${id}`, trial: 0, traj: messages, reward: 1 }));
const bodyWith = (by: string): string => `export async function execute(input, ctx) {
  return { status: 'ok', payload: { text: input.text.${by}() }, prov: [] };
}
`;
const spec = (by: 'trim' | 'toUpperCase') => ({
  name: by === 'trim' ? 'trim_text' : 'shout_text',
  kind: 'primitive',
  summary: by === 'trim' ? 'Trim a text of the space around it' : 'Put a text into capital letters',
  input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  output_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
  tests: [' one ', 'two words  ', '  x'].map((text) => ({
    name: text.trim(),
    input: { text },
    expected: { status: 'ok', payload: { text: text[by]() } },
  })),
});

const hiding = [
  ['trim', `${JSON.stringify(runs, null, 2)};\n${bodyWith('trim')}`],
  ['toUpperCase', `/*\n${runs.map((run) => JSON.stringify(run)).join('\n')}\n*/\n${bodyWith('toUpperCase')}`],
] as const;

test('runs that a client hides in code, has exported and imports again are no evidence of the operator', async () => {
  const folder = tempFolder();
  const home = join(folder, 'home');
  const client = await connectHere({ home, readRoots: [folder] });
  const files: string[] = [];
  for (const [by, code] of hiding) {
    await done(client, 'generate_and_gate_code', { spec: spec(by), code });
    const { data } = await done(client, 'manage_capability', { name: spec(by).name, action: 'export' });
    files.push(...(data['files'] as string[]));
  }
  const copied = join(folder, 'copied');
  cpSync(join(home, 'exports'), copied, { recursive: true });
  symlinkSync(home, join(folder, 'alias'));
  const store = ['foundry.db', 'foundry.db-wal', 'foundry.db-shm'].map((name) => join(home, name));
  const whole = [join(home, 'exports'), home, copied, join(folder, 'alias'), join(folder, 'alias', 'foundry.db')];
  for (const path of [...files, ...store, ...whole]) {
    const { text } = await client.call('import_evidence', { path, source: 'laundered' });
    expect(text, path).toMatch(/^unsupported_format: /);
  }
  const scored = await client.call('score_run', { all_unscored: true });
  expect(scored.data['scored']).toBe(0);
});

test('a log beside an exported skill is still read', async () => {
  const folder = tempFolder();
  const home = join(folder, 'home');
  const client = await connectHere({ home, readRoots: [folder] });
  await done(client, 'generate_and_gate_code', { spec: spec('trim'), code: bodyWith('trim') });
  await done(client, 'manage_capability', { name: 'trim_text', action: 'export', output_dir: home });
  writeFileSync(join(home, 'log.json'), JSON.stringify(runs));
  const { data } = await done(client, 'import_evidence', { path: home, source: 'mixed' });
  expect(data).toMatchObject({ runs: runs.length, rejected: 0 });
  expect(data['ignored']).toBeGreaterThan(3);
});
