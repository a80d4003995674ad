import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { skillFilesOf } from '../../../src/library/skill-files.js';
import { skillFaults } from '../../../src/library/skill-rules.js';
import { closeTickets, specOf, versionOf } from './fixtures.js';

const files = (changes: Parameters<typeof specOf>[0] = {}, spec = specOf(changes)) =>
  skillFilesOf({ ...versionOf({ spec }), version: 3, supersedes: null });

describe('the Agent Skill of a capability', () => {
  test('says what it does and when to use it, and carries its version and hash', () => {
    expect(files({}, closeTickets)['SKILL.md']).toMatchInlineSnapshot(`
      "---
      name: close-customer-tickets
      description: "Close every open ticket of a customer. Use to close every open ticket of a customer, where customer id is known; it gives closed, in place of single calls of desk.list_tickets and desk.close_ticket."
      metadata:
        capability: "close_customer_tickets"
        version: "3"
        content_hash: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      ---

      # close customer tickets

      Close every open ticket of a customer.

      ## How to run it

      Call the tool \`call_capability\` of Capability Foundry with \`name\` \`close_customer_tickets\`. It runs in a sandbox and answers with
      \`status\` (\`ok\`, \`missing\` or \`fail\`), \`payload\` and \`prov\`.

      ## Input

      - \`customer_id\` (string): whose tickets

      ## Payload

      - \`closed\` (array)

      ## It calls

      - \`desk.list_tickets\`
      - \`desk.close_ticket\`

      ## Example input

      \`\`\`json
      {
        "customer_id": "C1"
      }
      \`\`\`

      ## Files

      - \`scripts/close_customer_tickets.ts\`: the code of version 3, as the gate admitted it
      - \`references/spec.json\`: schemas and the visible tests
      - \`references/report.json\`: what each stage of the gate saw
      "
    `);
  });

  test('is for the requests that the summary names', () => {
    const text = files({ summary: 'Track it (for requests about: parcels, delivery).' })['SKILL.md'];
    expect(text).toContain('Use for requests about parcels and delivery, where a and b are known');
  });

  test('names the values of a closed list, and shows an input from which nothing was redacted', () => {
    const given = (input: JsonObject) => ({ name: 'recorded', input, expected: { status: 'ok' as const, payload: 1 } });
    const text = files({
      input_schema: { type: 'object', properties: { by: { type: 'string', enum: ['air', 'sea'] } } },
      tests: [given({ by: '[EMAIL_1_0a1b2c]' }), given({ by: 'sea' })],
    })['SKILL.md'];
    expect(text).toContain('- `by` (string, one of "air", "sea", optional)');
    expect(text).toContain('"by": "sea"');
    expect(text).not.toContain('EMAIL');
  });

  test('is valid whatever a model wrote into the spec', () => {
    const text = fc.string({ unit: 'binary', maxLength: 500, minLength: 1 });
    fc.assert(
      fc.property(text, text, text, (summary, property, told) => {
        const input_schema = { type: 'object', properties: { [property]: { type: 'string', description: told } } };
        const skill = files({ summary, input_schema });
        expect(skillFaults(skill, 'add-numbers')).toEqual([]);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('no tag, bidi or zero-width character of a summary reaches it', () => {
    const text = files({ summary: 'Add <b>two</b>\u202E numbers\u200B:\n---\nname: evil' })['SKILL.md'] ?? '';
    expect(text).not.toMatch(/[\u202E\u200B]/);
    expect(text.split('\n').filter((line) => line === '---')).toHaveLength(2);
    expect(text).toContain('description: "Add btwo/b numbers :');
  });
});

describe('the rules of SKILL.md', () => {
  const valid = '---\nname: a-b\ndescription: What and when\nmetadata:\n  version: "1"\n---\nBody\n';
  const faultsOf = (text: string, folder = 'a-b') => skillFaults({ 'SKILL.md': text }, folder);

  test('accept a plain skill', () => {
    expect(faultsOf(valid)).toEqual([]);
  });

  test.each([
    ['no front matter', 'Body'],
    ['text before it', ` ${valid}`],
    ['an unclosed one', valid.replace('---\nBody', 'Body')],
    ['a key that is not allowed', valid.replace('metadata:', 'version: "1"\nmetadata:')],
    ['a name with capitals', valid.replace('a-b', 'A-b')],
    ['a name with two hyphens', valid.replace('a-b', 'a--b')],
    ['no description', valid.replace('description: What and when\n', '')],
    ['an empty description', valid.replace('What and when', '""')],
    ['a description that is too long', valid.replace('What and when', 'x'.repeat(1025))],
    ['a description with a tag', valid.replace('What', '<b>')],
    ['an unquoted colon', valid.replace('What and', 'What: and')],
    ['a tab', valid.replace('What and', 'What\tand')],
    ['a carriage return', valid.replaceAll('\n', '\r\n')],
    ['metadata that is a text', valid.replace('metadata:\n  version: "1"', 'metadata: x')],
    ['a body that is too long', valid + 'x\n'.repeat(500)],
    ['no body', valid.replace('Body\n', '')],
  ])('refuse %s', (_, text) => {
    expect(faultsOf(text)).not.toEqual([]);
  });

  test('refuse a folder of another name and files in other places', () => {
    expect(faultsOf(valid, 'other')).toEqual(['name differs from the folder']);
    for (const path of ['../x', 'scripts/a/b', 'x.md', 'scripts/..']) {
      expect(skillFaults({ 'SKILL.md': valid, [path]: '' }, 'a-b'), path).not.toEqual([]);
    }
    expect(skillFaults({}, 'a-b')).toEqual(['SKILL.md is missing']);
  });
});
