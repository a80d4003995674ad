import { describe, expect, it } from 'vitest';
import { isDestructiveName } from '../../../src/bridge/effects.js';
import { type CorpusRun, corpusRun, foldOf } from '../../../src/generate/induction/corpus.js';
import { coverageOf, freeTextTools } from '../../../src/generate/induction/coverage.js';
import { induce } from '../../../src/generate/induction/induce.js';
import { occurrencesIn } from '../../../src/generate/induction/match.js';
import { limitsFor } from '../../../src/generate/induction/mine.js';
import { findDictionaries, linksOf } from '../../../src/generate/induction/sources.js';
import { writeSkills } from '../../../src/generate/induction/spec-of.js';
import { EACH, KEY } from '../../../src/generate/induction/values.js';
import type { JsonObject, JsonValue } from '../../../src/json.js';
import { type Event, traceOf } from './traces.js';

const options = {
  salt: 'salt',
  destructive: isDestructiveName,
  signal: new AbortController().signal,
  progress: () => undefined,
};

function call(tool: string, args: JsonObject, result: JsonValue): Event {
  return { tool, args, result };
}

/** Runs of one family, each of another task. */
function runsOf(count: number, make: (at: number) => Event[]): CorpusRun[] {
  return Array.from({ length: count }, (_, at) => corpusRun(traceOf(`run_${100 + at}`, `task_${at}`, make(at))));
}

async function learn(runs: readonly CorpusRun[]) {
  const { skills } = await induce(runs, options);
  return skills.map(({ program }) => ({
    calls: program.steps.map((step) => (step.over ? `${step.tool}*` : step.tool)),
    params: program.params.map((one) => one.name),
    args: program.steps.map((step) => Object.fromEntries(step.args.map((arg) => [arg.slot, arg.expr.kind]))),
  }));
}

describe('sources of an argument', () => {
  it('are paths into earlier results, keys of dictionaries and earlier arguments', () => {
    const runs = runsOf(4, (at) => [
      { user: 'hello' },
      call(
        'get_user',
        { user: `user_${at}` },
        { cards: { [`card_${at}`]: { brand: 'visa' } }, orders: [{ id: `A${at}0` }, { id: `B${at}0` }] },
      ),
      call('charge', { card: `card_${at}`, order: `B${at}0`, user: `user_${at}` }, 'done'),
    ]);
    const [run] = runs;
    if (!run) throw new Error('no run');
    const links = linksOf(run, findDictionaries(runs)).map((link) => [link.slot, link.source]);
    expect(links).toContainEqual(['card', { kind: 'result', path: ['cards', EACH, KEY], change: null }]);
    expect(links).toContainEqual(['order', { kind: 'result', path: ['orders', EACH, 'id'], change: null }]);
    expect(links).toContainEqual(['user', { kind: 'argument', slot: 'user' }]);
    expect(links).not.toContainEqual(['card', { kind: 'result', path: ['cards', 'card_0'], change: null }]);
  });
});

it('keeps more flows of each size in mind where there are more kinds of calls', () => {
  const beam = (tools: number): number => {
    const runs = runsOf(tools, (at) => [call(`find_${at}`, { id: `I${at}00` }, 'found')]);
    return limitsFor(
      runs.map((run) => ({ run, links: [] })),
      2,
    ).beam;
  };
  expect(beam(3)).toBe(beam(12));
  expect(beam(200)).toBe(2 * beam(100));
});

describe('induction', () => {
  it('selects the card by its last four digits, where these are what the user said', async () => {
    const runs = runsOf(12, (at) => {
      const cards = Object.fromEntries(
        [0, 1, 2].map((n) => [`card_${at}${n}77`, { brand: 'visa', last_four: `${4100 + at * 7 + n}` }]),
      );
      const wanted = at % 3;
      return [
        { user: `I am user_${at}, charge my card ending in ${4100 + at * 7 + wanted}, please.` },
        call('get_user', { user_id: `user_${at}` }, { name: `N${at}`, cards }),
        call('charge_card', { card_id: `card_${at}${wanted}77` }, { receipt: `R${at}` }),
      ];
    });
    expect(await learn(runs)).toEqual([
      {
        calls: ['get_user', 'charge_card'],
        params: ['user_id', 'card_last_four'],
        args: [{ user_id: 'param' }, { card_id: 'select' }],
      },
    ]);
  });

  it('takes an identifier out of a result where the log knows one customer only, and a plain word as fixed', async () => {
    const runs = runsOf(12, (at) => [
      { user: `My order is O${at}00.` },
      call('get_order', { order_id: `O${at}00` }, { customer: 'C1001', channel: 'phone', total: at }),
      call('get_bills', { customer: 'C1001', channel: 'phone' }, { bills: [`B${at}00`] }),
    ]);
    expect(await learn(runs)).toEqual([
      {
        calls: ['get_order', 'get_bills'],
        params: ['order_id'],
        args: [{ order_id: 'param' }, { customer: 'get', channel: 'const' }],
      },
    ]);
  });

  it('selects the order that an earlier result names', async () => {
    const runs = runsOf(12, (at) => {
      const orders = ['lamp', 'mug', 'scarf'].map((item, n) => ({ id: `O${at}0${n}`, item: `${item} ${at % 4}` }));
      const wanted = orders[at % 3] ?? { id: '', item: '' };
      return [
        { user: `work on T${at}00` },
        call('get_ticket', { ticket_id: `T${at}00` }, { customer: `C${at}00`, item: wanted.item }),
        call('list_orders', { customer: `C${at}00` }, { orders }),
        call('refund', { order: wanted.id }, { refunded: true, number: at }),
      ];
    });
    expect(await learn(runs)).toEqual([
      {
        calls: ['get_ticket', 'list_orders', 'refund'],
        params: ['ticket_id'],
        args: [{ ticket_id: 'param' }, { customer: 'get' }, { order: 'select' }],
      },
    ]);
  });

  it('prefers whole flows to a small one that they share', async () => {
    const runs = runsOf(20, (at) => {
      const middle = at % 2 === 0 ? 'get_order' : 'get_invoice';
      return [
        { user: `work on T${at}00` },
        call('get_ticket', { ticket_id: `T${at}00` }, { about: `X${at}00` }),
        call(middle, { id: `X${at}00` }, { total: at }),
        call('close_ticket', { ticket_id: `T${at}00` }, { closed: `T${at}00` }),
      ];
    });
    expect((await learn(runs)).map((one) => one.calls.join(' ')).sort()).toEqual([
      'get_ticket get_invoice close_ticket',
      'get_ticket get_order close_ticket',
    ]);
  });

  it('claims a map only where every element had its call', async () => {
    const runs = runsOf(12, (at) => {
      const ids = [1, 2, 3].map((n) => `O${at}0${n}`);
      return [
        { user: `orders of user_${at}` },
        call('list_orders', { user_id: `user_${at}` }, { ids }),
        ...ids.slice(0, 2).map((id) => call('get_order', { order_id: id }, { id, total: at })),
      ];
    });
    const found = await learn(runs);
    expect(found.flatMap((one) => one.calls)).not.toContain('get_order*');
  });

  it('learns a loop over things that the user named', async () => {
    const runs = runsOf(12, (at) => {
      const ids = Array.from({ length: 2 + (at % 3) }, (_, n) => `P${at}0${n}`);
      return [
        { user: `Where are ${ids.join(', ')}?` },
        ...ids.map((id) => call('track', { parcel_id: id }, { id, at: `city ${at}` })),
      ];
    });
    expect(await learn(runs)).toEqual([{ calls: ['track*'], params: ['parcel_ids'], args: [{ parcel_id: 'item' }] }]);
    const { skills } = await induce(runs, options);
    const [written] = writeSkills(skills, [], { maxTests: 4, destructive: isDestructiveName });
    expect(written?.skill.program.params).toHaveLength(1);
    expect(written?.spec.input_schema['properties']).toMatchObject({
      parcel_ids: {
        type: 'array',
        items: { type: 'string' },
        minItems: 1,
        examples: expect.arrayContaining([expect.any(Array)]),
      },
    });
  });

  it('makes no skill of single calls', async () => {
    const runs = runsOf(12, (at) => [
      { user: `order O${at}00` },
      call('get_order', { order_id: `O${at}00` }, { total: at }),
    ]);
    expect(await learn(runs)).toEqual([]);
  });

  it('learns nothing that it could not judge by runs of other tasks', async () => {
    const runs = Array.from({ length: 6 }, (_, at) =>
      corpusRun(
        traceOf(`run_${at}`, 'the one task', [
          { user: `order O${at}00` },
          call('get_order', { order_id: `O${at}00` }, { customer: `C${at}00` }),
          call('get_customer', { customer_id: `C${at}00` }, { name: `N${at}` }),
        ]),
      ),
    );
    expect(await learn(runs)).toEqual([]);
  });
});

describe('what counts as covered', () => {
  const flow = (at: number, between: Event[], tool: string): Event[] => [
    { user: `order O${at}00` },
    call('get_order', { order_id: `O${at}00` }, { customer: `C${at}00` }),
    ...between,
    call(tool, { customer_id: `C${at}00` }, { name: `N${at}` }),
  ];

  async function coverage(tool: string, between: Event[]) {
    const train = runsOf(12, (at) => flow(at, [], tool));
    const { skills } = await induce(train, options);
    const library = skills.map((one) => one.program);
    const heldOut = runsOf(2, (at) => flow(at + 50, between, tool));
    const of = (rule: 'strict' | 'loose') =>
      coverageOf(library, heldOut, { rule, destructive: isDestructiveName, leftOut: new Set() });
    return [of('strict'), of('loose')].map(({ covered, calls, exact, occurrences }) => ({
      covered,
      calls,
      exact,
      occurrences,
    }));
  }
  const none = { covered: 0, calls: 4, exact: 2, occurrences: 2 };
  const all = { covered: 4, calls: 4, exact: 2, occurrences: 2 };

  it('is strictly a flow without a user turn inside', async () => {
    expect(await coverage('get_customer', [])).toEqual([all, all]);
  });

  it('is loosely one with a user turn inside', async () => {
    expect(await coverage('get_customer', [{ user: 'yes' }])).toEqual([none, all]);
  });

  it('is not one that changes something after a user turn', async () => {
    expect(await coverage('delete_customer', [{ user: 'yes' }])).toEqual([none, none]);
  });

  it('leaves out tools that are given prose', () => {
    const runs = runsOf(4, (at) => [
      call('think', { thought: `it seems that number ${at} is odd` }, ''),
      call('get_order', { order_id: `O${at}` }, {}),
    ]);
    expect([...freeTextTools(runs)]).toEqual(['think']);
  });
});

describe('the split', () => {
  it('keeps the runs of a task together and depends on the salt', () => {
    const runs = [0, 1].map((at) => corpusRun(traceOf(`run_${at}`, 'task', [])));
    expect(new Set(runs.map((run) => foldOf(run.group, 'salt', 5))).size).toBe(1);
    const groups = Array.from({ length: 50 }, (_, at) => `task:${at}`);
    const folds = (salt: string) => groups.map((group) => foldOf(group, salt, 5)).join('');
    expect(folds('a')).toBe(folds('a'));
    expect(folds('a')).not.toBe(folds('b'));
  });
});

describe('an occurrence', () => {
  /** read, then list, then refund what was listed, then close what was read. */
  const whole = (at: number): Event[] => [
    { user: `work on T${at}00` },
    call('get_ticket', { ticket: `T${at}00` }, { ticket: `T${at}00`, customer: `C${at}00` }),
    call('list_orders', { customer: `C${at}00` }, { orders: [{ id: `O${at}00` }, { id: `O${at}01` }] }),
    call('refund_order', { order: `O${at}00` }, { refund: `R${at}00` }),
    call('close_ticket', { ticket: `T${at}00` }, { ticket: `T${at}00`, closed: true }),
  ];
  const unrelated = (at: number): Event[] => [
    ...whole(at).slice(0, 2),
    call('search_articles', { topic: `topic ${at}` }, { article: `A${at}00` }),
    ...whole(at).slice(4),
  ];

  it('is none where a state change would come before a call that needs an earlier step', async () => {
    const [learnt] = (await induce(runsOf(12, unrelated), options)).skills;
    expect(learnt?.program.steps.map((step) => step.tool)).toEqual(['get_ticket', 'close_ticket']);
    if (!learnt) throw new Error('nothing learnt');
    const found = (runs: CorpusRun[]) =>
      runs.flatMap((run) => occurrencesIn(learnt.program, run, new Set(), isDestructiveName)).length;
    expect(found(runsOf(3, unrelated))).toBe(3);
    expect(found(runsOf(3, whole))).toBe(0);
    const changesNothing = (run: CorpusRun) => occurrencesIn(learnt.program, run, new Set(), () => false);
    expect(runsOf(3, whole).flatMap(changesNothing)).toHaveLength(3);
  });

  it('is not worth a skill where other skills make nearly all of its calls', async () => {
    const short = (at: number): Event[] => whole(at).slice(0, 3);
    const rare = await induce(
      runsOf(40, (at) => (at % 10 === 0 ? short(at) : whole(at))),
      options,
    );
    expect(rare.skills.map(({ program }) => program.steps.length)).toEqual([4]);
    const often = await induce(
      runsOf(40, (at) => (at % 3 > 0 ? short(at) : whole(at))),
      options,
    );
    expect(often.skills.map(({ program }) => program.steps.length).sort()).toEqual([2, 4]);
  });

  it('is worth a skill of its own where few tasks tell of the work, and one of them has no use for the other skills', async () => {
    const few = await induce(
      runsOf(6, (at) => (at === 0 ? whole(at).slice(0, 3) : whole(at))),
      options,
    );
    expect(few.skills.map(({ program }) => program.steps.length)).toEqual([4, 2]);
  });
});
