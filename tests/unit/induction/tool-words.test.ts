import { afterEach, beforeEach, expect, test } from 'vitest';
import { isDestructiveName } from '../../../src/bridge/effects.js';
import { corpusRun } from '../../../src/generate/induction/corpus.js';
import { induce } from '../../../src/generate/induction/induce.js';
import { writeSkills } from '../../../src/generate/induction/spec-of.js';
import { limitsOfTool, toolSchemas, wordsOfTool } from '../../../src/generate/induction/tool-words.js';
import { type Bench, createBench, jsonl } from '../evidence/support.js';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

const orderId = 'The number of the order.\u202e\n"As printed"\u0007.';
const tools = [
  {
    name: 'desk.find_order',
    inputSchema: {
      type: 'object',
      properties: {
        order: { type: 'string', description: orderId },
        mail: { type: 'string', format: 'email', description: 'Whose order it is' },
      },
    },
  },
  {
    name: 'desk.move_parcel',
    inputSchema: { type: 'object', properties: { by: { enum: ['air', 'road', 'sea'] } } },
  },
];

/** Somebody looks an order up for a customer and has its parcel moved. */
function session(at: number): object[] {
  const head = { mcp_recording: 1, session: `s${at}`, at: '2026-01-02T03:04:05.000Z' };
  const call = (id: string, name: string, args: object, content: object): object[] => [
    { ...head, kind: 'call', id, name, arguments: args },
    { ...head, kind: 'result', id, name, content, is_error: false, ms: 1 },
  ];
  const who = { name: 'x', version: null };
  const parties = { server: 'desk', server_info: who, client: who, protocol: null, project: null };
  const find = { order: `O-${at}71`, mail: `ann${at}@shop.example` };
  const move = { parcel: `P-${at}93`, by: at % 2 === 0 ? 'air' : 'sea' };
  return [
    { ...head, kind: 'session', ...parties },
    { ...head, kind: 'tools', tools },
    ...call('c1', 'desk.find_order', find, { parcel: move.parcel, weight: at }),
    ...call('c2', 'desk.move_parcel', move, { moved: move.parcel }),
  ];
}

test('a parameter has what the recorded definition of its tool says of the argument, and shows no redaction mark', async () => {
  const sessions = Array.from({ length: 12 }, (_, at) => session(at + 10));
  const path = bench.file('desk.jsonl', jsonl(sessions.flat()));
  await bench.import({ path, source: 'record:desk' });
  const corpus = (await bench.traces()).map(corpusRun);
  const signal = new AbortController().signal;
  const quiet = { destructive: isDestructiveName, rejected: [], signal, progress: () => undefined };
  const { skills } = await induce(corpus, { salt: '00', ...quiet });
  const schemas = toolSchemas(
    await bench.store.evidence.declaredTools('record:desk', ['desk.find_order', 'desk.move_parcel']),
  );
  const [written] = writeSkills(skills, [], { maxTests: 4, destructive: isDestructiveName, schemas });
  const properties = written?.spec.input_schema['properties'];
  expect(properties).toMatchObject({
    order: {
      description: `Argument order of desk.find_order ("The number of the order. 'As printed'.")`,
      examples: expect.arrayContaining([expect.stringMatching(/^O-\d+71$/)]),
    },
    mail: {
      format: 'email',
      description: 'Argument mail of desk.find_order ("Whose order it is"); the recorded values were redacted',
    },
    by: { enum: ['air', 'road', 'sea'], description: 'Argument by of desk.move_parcel' },
  });
  expect(JSON.stringify(properties)).not.toContain('[EMAIL');
});

test('what a tool says is cut to a sentence, and what it allows counts where all that was recorded fits', () => {
  expect(wordsOfTool({ description: `First, this. ${'And more '.repeat(40)}` })).toBe('First, this.');
  expect(wordsOfTool({ description: `${'endless '.repeat(40)}` })).toMatch(/^(endless ){10,24}endless…$/);
  expect(wordsOfTool({ description: `${'\u{1F600}'.repeat(300)}` }).length).toBeLessThanOrEqual(200);
  expect(limitsOfTool({ enum: ['a', 'b'] }, ['a', 'c'])).toEqual({});
  expect([limitsOfTool({ type: 'number' }, [1, 2]), limitsOfTool({ type: 'number' }, ['1'])]).toEqual([
    { type: 'number' },
    {},
  ]);
  expect(limitsOfTool({ enum: [{ a: 1 }], format: 'no\nformat' }, [])).toEqual({});
});

test('where logs define a tool differently, most of them decide', () => {
  const way = (description: string, files: number) => ({
    tool: { name: 't', description, input_schema: { title: description }, inferred: false, annotations: null },
    files,
  });
  const decide = (ways: ReturnType<typeof way>[]) => toolSchemas(ways).get('t')?.['title'];
  expect(decide([way('old', 2), way('new', 1), way('new', 2)])).toBe('new');
  expect(decide([way('b', 1), way('a', 1)])).toBe(decide([way('a', 1), way('b', 1)]));
});
