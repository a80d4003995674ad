import { expect, it } from 'vitest';
import { type Candidate, choose, indexByLabel } from '../../../src/generate/induction/choose.js';
import { type CorpusRun, corpusRun } from '../../../src/generate/induction/corpus.js';
import type { Program } from '../../../src/generate/induction/program.js';
import { traceOf } from './traces.js';

/** A program of calls of these tools, in which each but the first uses what the one before gave. */
function programOf(tools: readonly string[]): Program {
  const steps = tools.map((tool, at) => ({
    tool,
    label: `${tool}(id)`,
    name: tool,
    over: null,
    when: null,
    args: [
      {
        slot: 'id',
        keys: ['id'],
        expr:
          at === 0
            ? ({ kind: 'param', name: 'id' } as const)
            : ({ kind: 'get', step: at - 1, path: ['next'], change: null } as const),
      },
    ],
  }));
  const params = [{ name: 'id', step: 0, slot: 'id', role: 'argument' as const }];
  return { params, steps, links: [], order: tools.map((_, at) => at), sure: [], guard: null };
}

/** Tasks in each of which these tools are called once, in this order. */
function runsWith(tools: readonly string[], count: number): CorpusRun[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `${tools.join('')}_${at}`;
    const calls = tools.map((tool) => ({ tool, args: { id: `${tool}-${at}` }, result: { next: `${tool}-${at}` } }));
    return corpusRun(traceOf(`run_${name}`, `task_${name}`, calls));
  });
}

/** A program where it stands in these runs, each time callable strictly. */
function candidate(tools: readonly string[], runs: readonly CorpusRun[]): Candidate {
  const program = programOf(tools);
  const occurrences = runs.flatMap((run) => {
    const calls = run.calls.filter((call) => tools.includes(call.tool));
    if (calls.length < tools.length) return [];
    return [
      {
        run,
        calls,
        steps: calls.map((call) => [call]),
        input: { id: run.runId },
        payload: {},
        strict: true,
        loose: true,
      },
    ];
  });
  return { program, occurrences };
}

/** The flows that are chosen of these, each by its tools, where they stand in these runs. */
async function chosenOf(flows: readonly string[], runs: readonly CorpusRun[]): Promise<string[]> {
  const candidates = flows.map((tools) => candidate([...tools], runs));
  const rules = { minGroups: 2, minOwnShare: 0.25, maxSkills: 60 };
  const { signal } = new AbortController();
  const chosen = await choose(candidates, { index: indexByLabel(runs), rules, destructive: () => false, signal });
  return chosen.map(({ program }) => program.steps.map((step) => step.tool).join('')).sort();
}

/** Two flows, each by itself in so many tasks, and one after the other in three. */
function twoFlows(alone: number): CorpusRun[] {
  return [...runsWith(['a', 'b'], alone), ...runsWith(['c', 'd'], alone), ...runsWith(['a', 'b', 'c', 'd'], 3)];
}

it('keeps a flow whose calls are partly those of one skill and partly those of another', async () => {
  expect(await chosenOf(['ab', 'cd', 'bc'], twoFlows(6))).toEqual(['ab', 'bc', 'cd']);
});

it('keeps no flow that is always a part of one skill', async () => {
  expect(await chosenOf(['abc', 'ab', 'bc'], runsWith(['a', 'b', 'c'], 4))).toEqual(['abc']);
});

it('keeps one of several that make the same calls', async () => {
  expect(await chosenOf(['ab', 'cd', 'bc', 'bc'], twoFlows(6))).toEqual(['ab', 'bc', 'cd']);
});

it('leaves out what saves next to nothing beside the library', async () => {
  expect(await chosenOf(['ab', 'cd', 'bc'], twoFlows(200))).toEqual(['ab', 'cd']);
});
