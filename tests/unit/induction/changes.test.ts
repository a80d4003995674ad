import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSandbox } from '../gate/support.js';
import { type Learnt, learnt } from './families.js';
import { judged } from './judge.js';
import { families } from './planted-changes.js';

const destructive = (tool: string): boolean => /^(book|lend|send|cancel|close)/.test(tool);
type FamilyName = keyof typeof families;
const names = Object.keys(families) as FamilyName[];
const sandbox = openSandbox();
afterAll(() => sandbox.close());

/** What each family's skill must say, and its parameters. */
const wanted: Record<FamilyName, { readonly params: string[]; readonly line: RegExp }> = {
  smallLetters: { params: ['letter_id'], line: /email: letter\.sender\.toLowerCase\(\)/ },
  cheapest: { params: ['trip_id'], line: /one\.price < best\.price \? one : best/ },
  together: { params: ['shelf_id'], line: /isbns: shelf\.books\.map\(\(one: any\) => one\.isbn\)/ },
  dayAndTotal: { params: ['project_id'], line: /day: timesheet\.closed\.slice\(0, 10\),\s+hours: .*sum \+ one\.hours/ },
  parts: { params: ['parcel_id'], line: /depot: \w+\.place\.split\('\/'\)\.at\(-1\),\s+slot: String\(\w+\.slot\)/ },
  onlyOpen: { params: ['customer_id'], line: /filter\(\(one: any\) => one\.state === 'open'\)/ },
  allButArchived: { params: ['folder_id'], line: /filter\(\(one: any\) => one\.archived === false\)/ },
  noteFirst: { params: ['account_id'], line: /account\.owner\.wants_letter === true \? await .* : null/ },
  nestedLists: { params: ['batch_id'], line: /of batch\.boxes\.flatMap\(\(one: any\) => one\.vials\)/ },
  eachThenAll: { params: ['team_id'], line: /key_ids: \w+\.map\(\(one: any\) => one\.key_id\)/ },
  wholeName: { params: ['member_id'], line: /author: `\$\{register\.name\.first\} \$\{register\.name\.last\}`/ },
  invitation: {
    params: ['dinner_id'],
    line: /date: dinner\.held_on\.replace\(.*'\$3\.\$2\.\$1'\),\s+names: dinner\.guests\.map\(.* => one\.name\)\.join\('; '\)/,
  },
  usualPlace: { params: ['client_id', 'street'], line: /street: input\.street \?\? file\.street/ },
  sums: {
    params: ['group_id'],
    line: new RegExp(
      [
        'charge: Number\\(\\(\\w+\\.fee \\+ (\\w+)\\.price\\)\\.toFixed\\(2\\)\\),',
        'deposit: String\\(\\1\\.price \\+ 25\\),',
        'group_id: input\\.group_id,',
        'left: group\\.budget - \\1\\.price,',
        'title: `Offer for "\\$\\{input\\.group_id\\}" at \\$\\$\\{\\1\\.price\\}`,',
        'total: \\1\\.price \\* group\\.guests\\.length,',
      ].join('\\s+'),
    ),
  },
};

let found: Learnt;

beforeAll(async () => {
  found = await learnt(families, destructive, { runs: 40, seed: 5, noise: 0.3 });
});

test.each(names)('%s is learnt out of noise, with exactly its parameter', (name) => {
  const { spec, code } = found.skillFor(name);
  expect(Object.keys(Object(spec.input_schema['properties']))).toEqual(wanted[name].params);
  expect(code).toMatch(wanted[name].line);
});

test('nothing else is learnt', () => {
  expect(found.written).toHaveLength(names.length);
});

test.each(names)('the gate admits the code of %s', async (name) => {
  const report = await judged(sandbox, found.skillFor(name));
  expect({ verdict: report.verdict, reasons: report.reasons }).toEqual({ verdict: 'admitted', reasons: [] });
});
