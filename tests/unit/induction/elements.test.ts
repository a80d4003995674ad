import { describe, expect, it } from 'vitest';
import { isDestructiveName } from '../../../src/bridge/effects.js';
import { corpusRun } from '../../../src/generate/induction/corpus.js';
import { induce } from '../../../src/generate/induction/induce.js';
import { writeSkills } from '../../../src/generate/induction/spec-of.js';
import type { JsonObject, JsonValue } from '../../../src/json.js';
import { type Event, traceOf } from './traces.js';

const call = (tool: string, args: JsonObject, result: JsonValue): Event => ({ tool, args, result });
const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** What is learnt from runs, each of another task: the lines that make up the flow, and what must be given. */
async function learn(make: (at: number) => Event[]) {
  const runs = times(24, (at) => corpusRun(traceOf(`run_${100 + at}`, `task_${at}`, make(at))));
  const signal = new AbortController().signal;
  const options = { salt: 'salt', destructive: isDestructiveName, signal, progress: () => undefined };
  const { skills } = await induce(runs, options);
  const requests = runs.map((run) => run.request);
  return writeSkills(skills, requests, { maxTests: 4, destructive: isDestructiveName }).map(({ spec, code }) => ({
    needs: Object.keys(Object(spec.input_schema['properties'])),
    code: code
      .split('\n')
      .filter((line) => /ctx\.call\(|\.find\(|\.reduce\(|for \(/.test(line))
      .join('\n'),
  }));
}

describe('an element of a list', () => {
  it('is told by what it always is, and no other is', async () => {
    const skills = await learn((at) => {
      const plans = times(2 + (at % 3), (n) => ({
        plan: `P${at}0${n}`,
        state: n === at % 2 ? 'active' : `ended ${n}`,
      }));
      return [
        { user: `Pause what runs on A${at}000.` },
        call('list_plans', { account: `A${at}000` }, { plans }),
        call('pause_plan', { plan: `P${at}0${at % 2}` }, { until: `2026-01-${10 + at}` }),
      ];
    });
    expect(skills).toHaveLength(1);
    expect(skills[0]?.needs).toEqual(['account']);
    expect(skills[0]?.code).toContain("find((one) => one.state === 'active')");
  });

  it('is not the first of all, where it is one that was asked for', async () => {
    const skills = await learn((at) => {
      const rooms = times(2, (n) => ({ room: `R${at}0${n}`, name: ['Maple', 'Cedar', 'Birch'][(at + n) % 3] ?? '' }));
      const wanted = rooms[at % 5 < 2 ? 0 : 1];
      return [
        { user: `Book ${wanted?.name} in H${at}000.` },
        call('list_rooms', { house: `H${at}000` }, { rooms }),
        call('book_room', { room: wanted?.room ?? '' }, { booking: `B${at}000` }),
      ];
    });
    expect(skills.map((one) => one.needs)).toEqual([['house', 'room_name']]);
  });
});

describe('what the calls of a map give', () => {
  const team = (at: number) => times(2 + (at % 2), (n) => `U${at}0${n}`);
  const people = (at: number) => team(at).map((user, n) => ({ user, calendar: `K${at}0${n}`, name: `name ${n}` }));
  const asked = (at: number): Event[] => [
    { user: `Get the team T${at}000 together; name ${at % 2} is to lead.` },
    call('get_team', { team: `T${at}000` }, { members: team(at) }),
    ...people(at).map((one) => call('get_person', { user: one.user }, one)),
  ];

  it('goes into one later call together', async () => {
    const skills = await learn((at) => [
      ...asked(at),
      call('find_slot', { calendars: people(at).map((one) => one.calendar) }, { slot: `S${at}000` }),
    ]);
    expect(skills.map((one) => one.needs)).toEqual([['team']]);
    expect(skills[0]?.code).toContain('{ calendars: persons.map((one: any) => one.calendar) }');
  });

  it('has one element that was asked for', async () => {
    const skills = await learn((at) => [
      ...asked(at),
      call('set_lead', { calendar: people(at)[at % 2]?.calendar ?? '' }, { done: `D${at}000` }),
    ]);
    expect(skills.map((one) => one.needs)).toEqual([['team', 'person_name']]);
    expect(skills[0]?.code).toContain('find((one) => one.name === input.person_name)');
  });

  it('has lists, for each of whose elements there is a call', async () => {
    const skills = await learn((at) => {
      const shelves = (n: number) => times(1 + (n % 2), (each) => ({ shelf: `S${at}${n}${each}` }));
      const houses = times(2, (n) => `H${at}0${n}`);
      // The shelves of one house are counted before the next one is looked at.
      return [
        { user: `Count all in R${at}000.` },
        call('list_houses', { region: `R${at}000` }, { houses }),
        ...houses.flatMap((house, n) => [
          call('list_shelves', { house }, { house, shelves: shelves(at + n) }),
          ...shelves(at + n).map((one) => call('count_shelf', one, { units: 100 + at })),
        ]),
      ];
    });
    expect(skills.map((one) => one.needs)).toEqual([['region']]);
    expect(skills[0]?.code).toContain('for (const shelf of shelves.flatMap((one: any) => one.shelves))');
  });
});

it('has a list, for each of whose elements there is a call, where it is the one that was asked for', async () => {
  const skills = await learn((at) => {
    const kits = times(2, (n) => ({
      kit: ['Garden', 'Office', 'Family'][(at + n) % 3] ?? '',
      parts: [`P${at}${n}0`, `P${at}${n}1`],
    }));
    const { kit, parts } = kits[at % 2] ?? { kit: '', parts: [] };
    return [
      { user: `Reserve the ${kit} kit at S${at}000.` },
      call('list_kits', { shop: `S${at}000` }, { kits }),
      ...parts.map((part) => call('reserve_part', { part }, { until: `2026-01-${10 + at}` })),
    ];
  });
  expect(skills.map((one) => one.needs)).toEqual([['shop', 'kit']]);
  expect(skills[0]?.code).toContain(
    'kits.filter((one: any) => one.kit === input.kit).flatMap((one: any) => one.parts)',
  );
});
