import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headerValue, MirroredHeaders } from '../../../src/record/http-headers.js';
import { MessageLines } from '../../../src/record/message-lines.js';
import { messagesOf } from '../../../src/record/messages.js';
import { serverNameOf } from '../../../src/record/server-name.js';
import { EventReader } from '../../../src/record/sse.js';

/** The same bytes in pieces that break anywhere. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((end, at) => bytes.subarray(places[at], end));
}

test('lines are the same however the stream is cut', () => {
  const text = 'one\n\ntwo ü\u2028still two\nthree';
  fc.assert(
    fc.property(fc.array(fc.nat(60), { maxLength: 12 }), (cuts) => {
      const lines: string[] = [];
      const reader = new MessageLines(
        100,
        (line) => lines.push(line.toString('utf8')),
        () => expect.fail(),
      );
      for (const piece of pieces(Buffer.from(text), cuts)) reader.push(piece);
      reader.end();
      expect(lines).toEqual(['one', 'two ü\u2028still two', 'three']);
    }),
  );
});

test('a line that is too long is told and not kept; the next one is read', () => {
  const lines: string[] = [];
  let long = 0;
  const reader = new MessageLines(
    5,
    (line) => lines.push(line.toString('utf8')),
    () => {
      long += 1;
    },
  );
  for (const piece of ['123', '456', '78\nab', 'c\n']) reader.push(Buffer.from(piece));
  expect([lines, long]).toEqual([['abc'], 1]);
});

test('events are the same however the stream is cut, with any end of line', () => {
  const text = ': hi\r\nid: 7\r\nevent: message\r\ndata: {"a":\r\ndata: "ü"}\r\n\r\nretry: 50\n\ndata:x\r\r';
  fc.assert(
    fc.property(fc.array(fc.nat(120), { maxLength: 12 }), (cuts) => {
      const reader = new EventReader();
      const events = pieces(Buffer.from(`${text}\n`), cuts).flatMap((piece) => reader.push(piece));
      expect(events.filter((event) => event.data !== '')).toEqual([
        { data: '{"a":\n"ü"}', id: '7', type: 'message' },
        { data: 'x', id: '7', type: 'message' },
      ]);
      expect(reader.retryMs).toBe(50);
    }),
  );
});

test.each([
  ['plain text', 'plain text'],
  [' spaces ', '=?base64?IHNwYWNlcyA=?='],
  ['ü', '=?base64?w7w=?='],
  ['', '=?base64??='],
  ['a\nb', '=?base64?YQpi?='],
  ['=?base64?x?=', '=?base64?PT9iYXNlNjQ/eD89?='],
])('%j stands in a header as %j', (text, value) => expect(headerValue(text)).toBe(value));

test('only messages of the 2026 era are repeated in headers, with the arguments that a tool asks for', () => {
  const headers = new MirroredHeaders();
  const marked = { type: 'string', 'x-mcp-header': 'Region' };
  const schema = { type: 'object', properties: { at: { type: 'object', properties: { region: marked } }, n: {} } };
  headers.learn({ tools: [{ name: 'go', inputSchema: schema }] });
  const params = { name: 'go', arguments: { at: { region: 'eu' }, n: 1 } };
  const of = (message: object) => {
    const [one] = messagesOf(JSON.parse(JSON.stringify(message)));
    return one && headers.of(one);
  };
  expect(of({ id: 1, method: 'tools/call', params })).toBeUndefined();
  const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' };
  expect(of({ id: 1, method: 'tools/call', params: { ...params, _meta } })).toEqual({
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'go',
    'mcp-param-Region': 'eu',
  });
  expect(of({ id: 2, method: 'tools/list', params: { _meta } })).toEqual({
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/list',
  });
});

test('a server has the name that was given, or that the configuration has for it, or else a word of its command', () => {
  const servers = {
    desk: { command: 'node', args: ['desk.js'], env: {} },
    '../out': { command: 'node', args: ['out.js'], env: {} },
    web: { url: 'http://h/mcp', headers: {} },
  };
  const name = (command: readonly string[], given?: string) => serverNameOf(given, { command }, servers);
  expect(name(['node', 'desk.js'])).toMatchObject({ name: 'desk' });
  expect(name(['node', 'desk.js'], 'mine')).toMatchObject({ name: 'mine' });
  expect(name(['node', 'out.js'])).toEqual({ name: undefined, otherwise: 'out' });
  expect(name(['npx', '-y', '@scope/server-files@1.2.3', '/data'])).toEqual({
    name: undefined,
    otherwise: '@scope/server-files',
  });
  expect(serverNameOf(undefined, { url: 'http://h/mcp' }, servers)).toMatchObject({ name: 'web' });
  expect(serverNameOf(undefined, { url: 'https://api.example.org/mcp' }, servers)).toEqual({
    name: undefined,
    otherwise: 'api.example.org',
  });
});
