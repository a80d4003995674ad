import type { GateReport } from '../../../src/gate/model.js';
import type { CapabilityVersion } from '../../../src/library/model.js';
import { type Spec, specSchema } from '../../../src/specs/model.js';

export const passedReport: GateReport = {
  schema_version: 1,
  verdict: 'admitted',
  failed_stage: null,
  reasons: [],
  stages: [],
  language: 'typescript',
  code_sha256: '0'.repeat(64),
  visible_tests: 1,
  hidden_tests: 1,
  author_saw_all: false,
  runtime: { fingerprint: 'test', isolation: [] },
  gate_version: 'test',
};

/** A primitive that adds two numbers, unless told otherwise. */
export function specOf(changes: Partial<Spec> = {}): Spec {
  return specSchema.parse({
    name: 'add_numbers',
    kind: 'primitive',
    summary: 'Add two numbers and return the sum.',
    input_schema: {
      type: 'object',
      properties: { a: { type: 'number', description: 'first addend' }, b: { type: 'number' } },
      required: ['a', 'b'],
      additionalProperties: false,
    },
    output_schema: { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] },
    tests: [{ name: 'adds', input: { a: 1, b: 2 }, expected: { status: 'ok', payload: { sum: 3 } } }],
    ...changes,
  });
}

/** A skill of the help desk that reads the open tickets of a customer and closes each of them. */
export const closeTickets: Spec = specOf({
  name: 'close_customer_tickets',
  kind: 'skill',
  summary: 'Close every open ticket of a customer.',
  input_schema: {
    type: 'object',
    properties: { customer_id: { type: 'string', description: 'whose tickets' } },
    required: ['customer_id'],
    additionalProperties: false,
  },
  output_schema: { type: 'object', properties: { closed: { type: 'array' } }, required: ['closed'] },
  tests: [
    {
      name: 'closes one',
      input: { customer_id: 'C1' },
      calls: [
        { name: 'desk.list_tickets', args: { customer_id: 'C1' }, result: { ids: ['T1'] } },
        { name: 'desk.close_ticket', args: { ticket_id: 'T1' }, result: { ticket_id: 'T1', state: 'closed' } },
      ],
      expected: { status: 'ok', payload: { closed: ['T1'] } },
    },
  ],
  dependencies: { capabilities: [], tools: ['desk.list_tickets', 'desk.close_ticket'] },
});

export function versionOf(changes: Partial<CapabilityVersion> = {}): Omit<CapabilityVersion, 'version' | 'supersedes'> {
  const spec = changes.spec ?? specOf();
  return {
    name: spec.name,
    kind: spec.kind,
    content_hash: 'a'.repeat(64),
    spec,
    code: 'export async function execute() {}',
    language: 'typescript',
    spec_id: 'spec_1',
    attempt_id: 'attempt_1',
    generator: 'agent',
    report: passedReport,
    destructive: false,
    state: 'staged',
    created_at: '2026-01-01T00:00:00.000Z',
    ...changes,
  };
}
