import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { projectFolder } from '../support/built.js';
import { tempFolder } from '../support/temp.js';
import { eras, type ServerOptions, type WireClient } from '../support/wire.js';

const spec = {
  name: 'send_greeting',
  kind: 'skill',
  summary: 'Sends a greeting as a note',
  input_schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  output_schema: { type: 'object', properties: { sent: { type: 'integer' } }, required: ['sent'] },
  dependencies: { capabilities: [], tools: ['echo.send_note'] },
  tests: [
    {
      name: 'ann',
      input: { name: 'Ann' },
      calls: [{ name: 'echo.send_note', args: { note: 'Hello Ann' }, result: { sent: 4 } }],
      expected: { status: 'ok', payload: { sent: 4 } },
    },
    {
      name: 'bo',
      input: { name: 'Bo' },
      calls: [{ name: 'echo.send_note', args: { note: 'Hello Bo' }, result: { sent: 9 } }],
      expected: { status: 'ok', payload: { sent: 9 } },
    },
    {
      name: 'two words',
      input: { name: 'Eve Fay' },
      calls: [{ name: 'echo.send_note', args: { note: 'Hello Eve Fay' }, result: { sent: 2 } }],
      expected: { status: 'ok', payload: { sent: 2 } },
    },
  ],
};

const code = `export async function execute(input, ctx) {
  const { sent } = await ctx.call('echo.send_note', { note: 'Hello ' + input.name });
  return { status: 'ok', payload: { sent }, prov: [] };
}
`;

const greet = { name: 'send_greeting', input: { name: 'Cy' } };

/** A server with a tool that changes things behind it, and a skill that calls it. */
async function withGreeting(
  connect: (options: ServerOptions) => Promise<WireClient>,
  person?: ServerOptions['person'],
): Promise<WireClient> {
  const home = join(tempFolder(), 'home');
  mkdirSync(home);
  const echo = { command: process.execPath, args: [join(projectFolder, 'tests', 'support', 'echo-mcp-server.mjs')] };
  writeFileSync(join(home, 'foundry.config.json'), JSON.stringify({ mcp_servers: { echo } }));
  const client = await connect({ home, ...(person ? { person } : {}) });
  onTestFinished(async () => {
    await client.server.close();
    await client.server.end(5000);
  });
  const { text, data } = await client.call('generate_and_gate_code', { spec, code });
  expect(data['admitted'], text).toBe(1);
  return client;
}

describe.each(eras)('a client of the $era era', ({ connect }) => {
  test('asks the person before a capability changes something, and calls the live tool when they agree', async () => {
    const questions: string[] = [];
    const client = await withGreeting(connect, (question) => questions.push(question) > 0);
    const result = await client.call('call_capability', greet);
    expect(result.data, result.text).toMatchObject({ status: 'ok', payload: { sent: 1 } });
    expect(questions).toEqual([expect.stringContaining('echo.send_note')]);
  });

  test('changes nothing when the person declines', async () => {
    const client = await withGreeting(connect, () => false);
    const result = await client.call('call_capability', greet);
    expect(result.text).toMatch(/^cancelled: /);
  });

  test('that cannot ask needs the plan of a dry run, which is good for one call with the same input', async () => {
    const client = await withGreeting(connect);
    expect((await client.call('call_capability', greet)).text).toMatch(/^conflict: /);
    const planned = await client.call('call_capability', { ...greet, dry_run: true });
    expect(planned.data['planned_calls']).toEqual([{ name: 'echo.send_note', args: { note: 'Hello Cy' } }]);
    const plan_id = planned.data['plan_id'];
    const other = await client.call('call_capability', { ...greet, input: { name: 'Di' }, plan_id });
    expect(other.isError).toBe(true);
    const again = await client.call('call_capability', { ...greet, dry_run: true });
    const confirmed = await client.call('call_capability', { ...greet, plan_id: again.data['plan_id'] });
    expect(confirmed.data, confirmed.text).toMatchObject({ payload: { sent: 1 } });
    expect((await client.call('call_capability', { ...greet, plan_id: again.data['plan_id'] })).isError).toBe(true);
  });
});
