import { describe, expect, test } from 'vitest';
import type { RecordingLine } from '../../../src/evidence/importers/recording-lines.js';
import type { JsonValue } from '../../../src/json.js';
import { messagesOf } from '../../../src/record/messages.js';
import { type From, McpSession, plainName } from '../../../src/record/session.js';

/** What is written down of messages that pass one after the other, a millisecond apart. */
function written(passed: readonly (readonly [From, JsonValue])[], name?: string): RecordingLine[] {
  let made = 0;
  const session = new McpSession({
    name,
    otherwise: 'thing',
    project: null,
    newId: () => {
      made += 1;
      return `s${made}`;
    },
  });
  const moment = (ms: number) => ({ at: '2026-01-01T00:00:00.000Z', ms });
  const lines = passed.flatMap(([from, value], ms) =>
    messagesOf(value).flatMap((message) => session.see(message, from, moment(ms))),
  );
  return [...lines, ...session.end(moment(passed.length))];
}

const shown = (line: RecordingLine): unknown[] => {
  if (line.kind === 'call') return [line.session, line.id, line.name, line.arguments];
  if (line.kind === 'result') return [line.session, line.id, line.content, line.is_error, line.ms];
  return [line.session, line.kind];
};
const ofCalls = (lines: readonly RecordingLine[]) =>
  lines.filter((line) => line.kind === 'call' || line.kind === 'result').map(shown);

const call = (id: number | string, args: JsonValue = {}, more: Record<string, JsonValue> = {}): [From, JsonValue] => [
  'client',
  { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'do', arguments: args, ...more } },
];
const answer = (id: number | string, result: JsonValue): [From, JsonValue] => [
  'server',
  { jsonrpc: '2.0', id, result },
];
const said = (text: string): JsonValue => ({ content: [{ type: 'text', text }] });

describe('names', () => {
  test('a server is called what it calls itself, also where a call was made before it answered', () => {
    const hello: [From, JsonValue] = [
      'client',
      { id: 0, method: 'initialize', params: { clientInfo: { name: 'c', version: '2' } } },
    ];
    const info = { protocolVersion: '2025-11-25', serverInfo: { name: 'acme/The Desk', version: '1' } };
    const lines = written([hello, call(1), answer(0, info), answer(1, said('x'))]);
    expect(lines[0]).toMatchObject({
      kind: 'session',
      server: 'The-Desk',
      server_info: { name: 'acme/The Desk', version: '1' },
      client: { name: 'c', version: '2' },
      protocol: '2025-11-25',
    });
    expect(ofCalls(lines)).toEqual([
      ['s1', 'c1', 'The-Desk.do', {}],
      ['s1', 'c1', 'x', false, 2],
    ]);
  });

  test('a server of the 2026 era says its name in any answer, and one that never does is called by its command', () => {
    const meta = { 'io.modelcontextprotocol/serverInfo': { name: 'modern', version: '1' } };
    expect(written([call(1), answer(1, { ...Object(said('x')), _meta: meta })])[0]).toMatchObject({ server: 'modern' });
    expect(written([call(1), answer(1, said('x'))])[0]).toMatchObject({ server: 'thing' });
    expect(written([call(1)])[0]).toMatchObject({ server: 'thing' });
    expect(written([call(1), answer(1, said('x'))], 'mine')[0]).toMatchObject({ server: 'mine' });
  });

  test.each([
    ['@scope/server-x', 'server-x'],
    ['../..', 'server'],
    ['a b\u202ec', 'a-b-c'],
    ['', 'server'],
  ])('%j becomes %j', (text, name) => expect(plainName(text)).toBe(name));
});

describe('calls', () => {
  test('nothing is written of a session without a call', () => {
    expect(written([['client', { id: 1, method: 'tools/list' }], answer(1, { tools: [{ name: 'do' }] })])).toEqual([]);
  });

  test('ids of numbers and texts are told apart, ids may be used again, batches are taken apart', () => {
    const lines = written(
      [
        ['client', [call(1, { n: 1 })[1], call('1', { n: 2 })[1]]],
        ['server', [answer('1', said('text'))[1], answer(1, said('number'))[1]]],
        call(1, { n: 3 }),
        answer(1, said('again')),
      ],
      'x',
    );
    expect(ofCalls(lines).map((line) => line.slice(1, 3))).toEqual([
      ['c1', 'x.do'],
      ['c2', 'x.do'],
      ['c2', 'text'],
      ['c1', 'number'],
      ['c3', 'x.do'],
      ['c3', 'again'],
    ]);
  });

  test('a result is what a skill would get: structured, else text that is JSON, else text, else marks', () => {
    const results: JsonValue[] = [
      { content: [{ type: 'text', text: 'no' }], structuredContent: { a: 1 } },
      said('{"b":2}'),
      said('12345678901234567890'),
      { content: [{ type: 'image', data: 'AAAA' }, { type: 'audio' }] },
      { content: [{ type: 'resource', resource: { uri: 'x', text: 'inside' } }] },
      said(`${'['.repeat(5_000)}${']'.repeat(5_000)}`),
      { content: [] },
    ];
    const lines = written(
      results.flatMap((result, at) => [call(at), answer(at, result)]),
      'x',
    );
    expect(lines.flatMap((line) => (line.kind === 'result' ? [line.content] : []))).toEqual([
      { a: 1 },
      { b: 2 },
      '12345678901234567890',
      '[image]\n[audio]',
      'inside',
      `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
      '',
    ]);
  });

  test('errors, of the tool and of the protocol, and cancelled calls are failures', () => {
    const lines = written(
      [
        call(1),
        answer(1, { ...Object(said('bad')), isError: true }),
        call(2),
        ['server', { id: 2, error: { code: -32602, message: 'no such tool' } }],
        call(3),
        ['client', { method: 'notifications/cancelled', params: { requestId: 3 } }],
        answer(3, said('too late')),
      ],
      'x',
    );
    expect(ofCalls(lines).filter((line) => line.length === 5)).toEqual([
      ['s1', 'c1', 'bad', true, 1],
      ['s1', 'c2', { error: { code: -32602, message: 'no such tool' } }, true, 1],
      ['s1', 'c3', { error: 'cancelled by the client' }, true, 1],
    ]);
  });

  test('a call that is repeated with what the client was asked for is one call', () => {
    const lines = written(
      [
        call(1, { a: 1 }),
        answer(1, { resultType: 'input_required', inputRequests: {}, requestState: 'z' }),
        call(2, { a: 1 }, { inputResponses: {}, requestState: 'z' }),
        answer(2, said('done')),
      ],
      'x',
    );
    expect(ofCalls(lines)).toEqual([
      ['s1', 'c1', 'x.do', { a: 1 }],
      ['s1', 'c1', 'done', false, 3],
    ]);
  });

  test('a call that became a task has the result that the task gave', () => {
    const lines = written(
      [
        call(1, {}, { task: {} }),
        answer(1, { task: { taskId: 't9', status: 'working' } }),
        ['client', { id: 2, method: 'tasks/result', params: { taskId: 't9' } }],
        answer(2, said('at last')),
      ],
      'x',
    );
    expect(ofCalls(lines)).toEqual([
      ['s1', 'c1', 'x.do', {}],
      ['s1', 'c1', 'at last', false, 3],
    ]);
  });

  test('tools are written once each, those of all pages, under the name of the server', () => {
    const list = (id: number): [From, JsonValue] => ['client', { id, method: 'tools/list', params: {} }];
    const lines = written(
      [
        list(1),
        answer(1, { tools: [{ name: 'do' }], nextCursor: 'n' }),
        call(2),
        answer(2, said('x')),
        list(3),
        answer(3, { tools: [{ name: 'do' }, { name: 'undo' }, { name: 4 }, null] }),
      ],
      'x',
    );
    expect(lines.flatMap((line) => (line.kind === 'tools' ? [line.tools] : []))).toEqual([
      [{ name: 'x.do' }],
      [{ name: 'x.undo' }],
    ]);
  });

  test('what is no message, and answers to nothing, say nothing', () => {
    const odd: JsonValue[] = [null, 3, 'x', [[[]]], {}, { id: {}, method: 7 }, { id: 9, result: 'text' }];
    expect(
      written(
        odd.flatMap((value): [From, JsonValue][] => [
          ['client', value],
          ['server', value],
        ]),
      ),
    ).toEqual([]);
  });
});
