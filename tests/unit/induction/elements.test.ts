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
