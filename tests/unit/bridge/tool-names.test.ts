import { expect, test } from 'vitest';
import { type NameSpace, resolveToolName } from '../../../src/bridge/tool-names.js';

function space(
  tools: Record<string, string[] | undefined>,
  aliases: Record<string, string> = {},
  asked: string[] = [],
): NameSpace {
  return {
    servers: Object.keys(tools),
    aliases,
    async toolsOf(server) {
      asked.push(server);
      const names = tools[server];
      return names && new Set(names);
    },
  };
}
const desk = { desk: ['close_ticket', 'list'], shop: ['list', 'odd.name'], 'my shop': ['buy'], 'a.b': ['c'] };

test.each([
  ['desk.close_ticket', { server: 'desk', tool: 'close_ticket' }],
  ['mcp__desk__close_ticket', { server: 'desk', tool: 'close_ticket' }],
  ['mcp__my_shop__buy', { server: 'my shop', tool: 'buy' }],
  ['a.b.c', { server: 'a.b', tool: 'c' }],
  ['shop.odd.name', { server: 'shop', tool: 'odd.name' }],
  ['close_ticket', { server: 'desk', tool: 'close_ticket' }],
])('%s stands for one tool', async (name, found) => {
  expect(await resolveToolName(name, space(desk))).toEqual(found);
});

test.each(['list', 'desk.nothing', 'other.close_ticket', '', 'mcp__desk__', 'constructor'])(
  '"%s" stands for none',
  async (name) => {
    expect(await resolveToolName(name, space(desk))).toBeUndefined();
  },
);

test('an alias says what a name means, and is followed once', async () => {
  const aliases = { list: 'shop.list', old_close: 'close_ticket', loop: 'loop', gone: 'desk.gone', twice: 'list' };
  const at = (name: string) => resolveToolName(name, space(desk, aliases));
  expect(await at('list')).toEqual({ server: 'shop', tool: 'list' });
  expect(await at('old_close')).toEqual({ server: 'desk', tool: 'close_ticket' });
  expect(await at('loop')).toBeUndefined();
  expect(await at('gone')).toBeUndefined();
  expect(await at('twice')).toBeUndefined();
});

test('a server that is down does not hide the tools of the others', async () => {
  expect(await resolveToolName('buy', space({ down: undefined, shop: ['buy'] }))).toEqual({
    server: 'shop',
    tool: 'buy',
  });
});

test('a full name asks its own server and no other', async () => {
  const asked: string[] = [];
  await resolveToolName('desk.list', space(desk, {}, asked));
  expect(asked).toEqual(['desk']);
});
