import { isDestructiveName } from '../bridge/effects.js';
import type { Run } from '../evidence/model.js';

/**
 * What kind of task a run is an attempt at, from what its log declares of the task and never from what the agent did:
 * where the log names the actions that the task calls for, the changing ones of them, sorted and joined by `+`
 * (`no_change` where there are none); else the task's id without the number at its end (`django__django-123` is of the
 * type `django__django`); else the label of the source.
 */
export function taskTypeOf(run: Pick<Run, 'task' | 'task_id' | 'source'>): string {
  if (run.task && run.task.expected_actions.length > 0) {
    const changing = run.task.expected_actions.map((action) => action.name).filter(isDestructiveName);
    return changing.length === 0 ? 'no_change' : [...new Set(changing)].sort().join('+');
  }
  const named = (run.task_id ?? '').replace(/[\s_.:/#-]*\d+$/, '');
  return named === '' ? run.source : named;
}

/** Whether a run is meant by a task type that somebody named: its type, or the id of its own task. */
export function isOfType(run: Run, wanted: string | undefined): boolean {
  return wanted === undefined || run.task_id === wanted || taskTypeOf(run) === wanted;
}
