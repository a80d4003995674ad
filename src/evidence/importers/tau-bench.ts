import type { JsonValue } from '../../json.js';
import type { Run } from '../model.js';
import { elementSpans, memberSpan } from '../read/children.js';
import { readChatMessage } from './chat.js';
import {
  type Draft,
  emptyContent,
  type ImportEvent,
  type Importer,
  type Item,
  idText,
  ignored,
  listOf,
  noFacts,
  objectOf,
  type RecordContent,
  rejected,
  textOf,
} from './importer.js';

function readReward(value: JsonValue): RecordContent | string {
  if (typeof value !== 'number') return 'reward is not a number';
  return { ...emptyContent, kind: 'outcome', outcome: { kind: 'reward', value, grader: 'tau_bench' } };
}

function readTask(info: JsonValue | undefined): Run['task'] {
  const task = objectOf(objectOf(info)?.['task']);
  if (!task) return null;
  const expected = listOf(task['actions']).flatMap((item) => {
    const action = objectOf(item);
    const name = textOf(action?.['name']);
    const given = objectOf(action?.['kwargs']) ?? objectOf(action?.['arguments']);
    return name ? [{ name, arguments: given ?? {} }] : [];
  });
  const outputs = listOf(task['outputs']).flatMap((item) => (typeof item === 'string' ? [item] : []));
  const said = outputs.length > 0 ? { expected_outputs: outputs } : {};
  return { instruction: textOf(task['instruction']), expected_actions: expected, ...said };
}

function looksLikeRun(value: JsonValue): boolean {
  const run = objectOf(value);
  return run !== undefined && Array.isArray(run['traj']) && ('reward' in run || 'task_id' in run);
}

async function* read(items: AsyncIterable<Item>): AsyncGenerator<ImportEvent> {
  for await (const item of items) {
    if ('rejected' in item) {
      yield item.rejected;
      continue;
    }
    const run = objectOf(item.span.value);
    const trajectory = memberSpan(item.span, 'traj');
    if (!run || !trajectory || !Array.isArray(trajectory.value)) {
      yield rejected(item.span, 'not a run: no `traj` list');
      continue;
    }
    const drafts: Draft[] = elementSpans(trajectory).map((span) => ({ span, nativeId: null, read: readChatMessage }));
    const reward = memberSpan(item.span, 'reward');
    if (reward && reward.value !== null) drafts.push({ span: reward, nativeId: null, read: readReward });
    if (drafts.length === 0) {
      yield ignored(item.span, 'empty_run');
      continue;
    }
    const task_id = idText(run['task_id']);
    const trial = idText(run['trial']);
    yield {
      event: 'run',
      key: { by: 'content', seed: { task_id, trial }, grows: false },
      facts: { ...noFacts, task_id, trial, task: readTask(run['info']) },
      drafts,
    };
  }
}

/** Result files of tau-bench: a list of runs; each message is a record, and so is the reward. */
export const tauBench: Importer = { format: 'tau_bench', version: 2, recognizes: looksLikeRun, read };
