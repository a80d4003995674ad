import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, describe, expect, test } from 'vitest';
import { createServerFactory, instructions } from '../../src/server.js';
import { tools as registered } from '../../tools/index.js';
import { open } from '../support/connect.js';
import { fakeServices } from '../support/fake-services.js';

const { client, close } = await open();
afterAll(close);
const { tools } = await client.listTools();
const { resourceTemplates: templates } = await client.listResourceTemplates();
const { prompts } = await client.listPrompts();

test('the tool list is the contract', async () => {
  await expect(`${JSON.stringify(tools, null, 2)}\n`).toMatchFileSnapshot('snapshots/tools.snap');
});

test('the resource templates are the contract', async () => {
  await expect(`${JSON.stringify(templates, null, 2)}\n`).toMatchFileSnapshot('snapshots/templates.snap');
});

test('the prompt list is the contract', async () => {
  await expect(`${JSON.stringify(prompts, null, 2)}\n`).toMatchFileSnapshot('snapshots/prompts.snap');
});

test('the tools stand in the order of the contract', () => {
  expect(tools.map((tool) => tool.name)).toEqual([
    'mine_needs',
    'cluster_needs',
    'propose_spec',
    'generate_and_gate_code',
    'score_run',
    'build_sft',
    'import_evidence',
    'search_evidence',
    'search_capabilities',
    'call_capability',
    'manage_capability',
    'read',
    'extract_playbooks',
    'compare_drift',
    'foundry_status',
  ]);
});

test('the whole tool list costs a model under 8,000 tokens', () => {
  expect(countTokens(JSON.stringify(tools))).toBeLessThan(8000);
});

test('the instructions stay under 2,000 characters', () => {
  expect(instructions.length).toBeLessThan(2000);
});

test('a factory call is synchronous and asks nothing of the services', () => {
  const untouched = fakeServices({
    store: {
      exists: () => {
        throw new Error('the store was asked');
      },
    },
  });
  expect(createServerFactory(untouched)().isConnected()).toBe(false);
});

describe.each(registered.map(({ name }) => name))('%s', (name) => {
  const tool = tools.find((one) => one.name === name);

  test('costs under 600 tokens', () => {
    expect(countTokens(JSON.stringify(tool ?? null))).toBeLessThan(600);
  });

  test('is described in 40 to 600 characters', () => {
    const length = tool?.description?.length ?? 0;
    expect(length).toBeGreaterThanOrEqual(40);
    expect(length).toBeLessThanOrEqual(600);
  });

  test('says all four annotations', () => {
    expect(Object.keys(tool?.annotations ?? {}).toSorted()).toEqual([
      'destructiveHint',
      'idempotentHint',
      'openWorldHint',
      'readOnlyHint',
    ]);
  });

  test('has object roots without unions', () => {
    for (const schema of [tool?.inputSchema, tool?.outputSchema]) {
      expect(schema).toMatchObject({ type: 'object' });
      expect(Object.keys(schema ?? {})).not.toEqual(expect.arrayContaining(['anyOf']));
      expect(Object.keys(schema ?? {})).not.toEqual(expect.arrayContaining(['oneOf']));
      expect(Object.keys(schema ?? {})).not.toEqual(expect.arrayContaining(['allOf']));
    }
  });

  test('describes each argument and takes no other', () => {
    const schema = tool?.inputSchema;
    expect(schema).toMatchObject({ additionalProperties: false });
    const undescribed = Object.entries(schema?.properties ?? {}).filter(
      ([, field]) => typeof field !== 'object' || field === null || !('description' in field),
    );
    expect(undescribed.map(([field]) => field)).toEqual([]);
  });

  test('has no long pattern', () => {
    expect(JSON.stringify(tool ?? null)).not.toMatch(/"pattern":"[^"]{80,}/);
  });
});
