import { expect, test } from 'vitest';
import { createGrants } from '../../../src/grants.js';
import type { CapabilityVersion, LibraryStore } from '../../../src/library/model.js';
import { maxDepth, requirementsOf } from '../../../src/library/requirements.js';
import { Desk } from './desk.js';
import { specOf, versionOf } from './fixtures.js';

/** A library of capabilities that call one another by name; `*` calls a tool that changes things. */
function libraryOf(graph: Record<string, string[]>): (name: string) => CapabilityVersion {
  return (name) => {
    const names = graph[name] ?? [];
    const tools = names.includes('*') ? ['desk.close_ticket'] : [];
    const spec = specOf({
      name,
      kind: 'skill',
      dependencies: { capabilities: names.filter((one) => one !== '*'), tools },
    });
    return { ...versionOf({ spec }), version: 1, supersedes: null };
  };
}

async function needs(graph: Record<string, string[]>) {
  const make = libraryOf(graph);
  const library = { get: async (name: string) => (name in graph ? make(name) : undefined) } as LibraryStore;
  const grants = createGrants({ file: { grants: { net: ['api.example.org'] } }, packagesDir: undefined });
  return requirementsOf(make('start'), { library, bridge: new Desk(), grants });
}

test('what changes things is found however deep, and by the shortest way', async () => {
  const chain = Object.fromEntries(
    Array.from({ length: maxDepth - 1 }, (_, at) => [
      `step_${at}`,
      [at === maxDepth - 2 ? 'shared' : `step_${at + 1}`],
    ]),
  );
  // "shared" is first met at the end of the long way, where its own calls would be too deep to be made.
  const found = await needs({ start: ['step_0', 'shared'], ...chain, shared: ['last'], last: ['*'] });
  expect(found).toMatchObject({ destructive: true, changing: ['desk.close_ticket'] });
});

test('capabilities that call one another in a circle come to an end', async () => {
  expect(await needs({ start: ['other'], other: ['start'] })).toMatchObject({ destructive: false, missing: [] });
});

test('a capability that is gone is missing', async () => {
  expect((await needs({ start: ['gone'] })).missing).toEqual(['gone']);
});
