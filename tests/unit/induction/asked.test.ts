import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSandbox } from '../gate/support.js';
import { type Learnt, learnt } from './families.js';
import { judged } from './judge.js';
import { families } from './planted-asked.js';

const destructive = (tool: string): boolean => /^(cancel|hold|pack|bill|burn|send|add|close|book|call|open)/.test(tool);
type FamilyName = keyof typeof families;
const names = Object.keys(families) as FamilyName[];
const sandbox = openSandbox();
afterAll(() => sandbox.close());

/** What each family's skill must say, and its parameters. */
const wanted: Record<FamilyName, { readonly params: string[]; readonly line: RegExp }> = {
  asState: {
    params: ['customer_id', 'order_state'],
    line: /of orders\.orders\.filter\(\(one: any\) => one\.state === input\.order_state\)/,
  },
  allButKind: { params: ['folder_id', 'file_kind'], line: /filter\(\(one: any\) => one\.kind !== input\.file_kind\)/ },
  ofTheDay: { params: ['around', 'station'], line: /filter\(\(one: any\) => one\.leaves\.day === input\.around\)/ },
  inOneCall: {
    params: ['box', 'letter_sort'],
    line: /letters: \w+\.letters\.filter\(.* one\.sort === input\.letter_sort\)\.map\(.* one\.letter\)/,
  },
  dueAndNext: {
    params: ['patient', 'visit_town'],
    line: /fittingVisits = .*one\.town === input\.visit_town\);[\s\S]*due: .* one\.paid === false\)\.reduce\(.*sum \+ one\.cost/,
  },
  dictated: { params: ['case_id', 'text'], line: /note =\s+input\.text !== undefined \? await .* : null/ },
  byDriver: { params: ['parcel', 'way'], line: /callDriver = input\.way === 'driver' \? await .* : null/ },
  ownRoom: { params: ['locker', 'visitor'], line: /locker\.owner === input\.visitor \? await .* : null/ },
  samePrice: { params: ['house', 'room_name'], line: /amount: room\.price, room: room\.room/ },
  ofTheOrder: { params: ['order'], line: /parts\.filter\(\(one: any\) => one\.colour === order\.finish\)/ },
};

/** In some runs the agent leaves something out. */
const share = 0.85;
let found: Learnt;

beforeAll(async () => {
  found = await learnt(families, destructive, { runs: 30, seed: 5, noise: 0.3 });
});

test.each(names)('%s is learnt out of noise, with exactly its parameters', (name) => {
  const { spec, code } = found.skillFor(name, share);
  expect(Object.keys(Object(spec.input_schema['properties']))).toEqual(wanted[name].params);
  expect(code).toMatch(wanted[name].line);
});

test('a skill that reads something and closes it is not named twice after it', () => {
  expect(found.skillFor('dictated').spec.name).toBe('read_and_close_case');
});

test('nothing else is learnt', () => {
  expect(found.written).toHaveLength(names.length);
});

test.each(names)('the gate admits the code of %s', async (name) => {
  const report = await judged(sandbox, found.skillFor(name, share));
  expect({ verdict: report.verdict, reasons: report.reasons }).toEqual({ verdict: 'admitted', reasons: [] });
});
