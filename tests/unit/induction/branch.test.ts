import { expect, it } from 'vitest';
import { isDestructiveName } from '../../../src/bridge/effects.js';
import { corpusRun } from '../../../src/generate/induction/corpus.js';
import { induce } from '../../../src/generate/induction/induce.js';
import { writeSkills } from '../../../src/generate/induction/spec-of.js';
import type { JsonObject, JsonValue } from '../../../src/json.js';
import { type Event, traceOf } from './traces.js';

const call = (tool: string, args: JsonObject, result: JsonValue): Event => ({ tool, args, result });

/** A host is restarted where it is degraded, and what is noted says how it was. */
function events(at: number): Event[] {
  const [incident, host, state] = [`INC-${at}`, `srv-${at}.example.net`, at % 2 === 0 ? 'degraded' : 'healthy'];
  return [
    { user: `Have a look at ${incident}.` },
    call('get_incident', { incident }, { host }),
    call('probe_host', { host }, { state, load: at }),
    ...(state === 'degraded' ? [call('restart_host', { host }, { restarted: host })] : []),
    call('note_incident', { incident, text: `${host} was ${state}` }, { noted: incident }),
  ];
}

it('learns when a step is made, although with it a later text is always the same', async () => {
  const runs = Array.from({ length: 40 }, (_, at) =>
    corpusRun(traceOf(`run_${100 + at}`, `task_${at}`, events(100 + at))),
  );
  const signal = new AbortController().signal;
  const options = { salt: 'salt', destructive: isDestructiveName, signal, progress: () => undefined };
  const { skills } = await induce(runs, options);
  const requests = runs.map((run) => run.request);
  const [skill, ...others] = writeSkills(skills, requests, { maxTests: 4, destructive: isDestructiveName });
  expect(others).toEqual([]);
  expect(skill?.code).toMatch(/probeHost\.state === 'degraded' \? await ctx\.call\('restart_host'/);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the code that was written
  expect(skill?.code).toContain('`${incident.host} was ${probeHost.state}`');
});
