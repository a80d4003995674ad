import type { WorkContext } from '../context.js';
import type { GateReport } from '../gate/model.js';
import { contentId } from '../hash.js';
import type { Change, ChangeAction, LibraryStore, State } from './model.js';

/** A change before it has its id. */
export interface ChangeParts {
  readonly name: string;
  readonly version: number;
  readonly action: ChangeAction;
  readonly before: string;
  readonly after: string;
  readonly reason?: string | undefined;
  readonly report?: GateReport;
  readonly via: WorkContext['via'];
  readonly at: string;
}

export function changeOf({ reason, report, ...parts }: ChangeParts): Change {
  const body = { ...parts, reason: reason ?? null, report: report ?? null };
  return { ...body, change_id: contentId('change', body) };
}

/** The state of a version and which one is current, as the history tells it where the current one moves. */
export function placeText(state: State, current: number): string {
  return `${state}; current ${current}`;
}

/** Whether another version of the name became the current one by this change. */
export function movesCurrent({ before, after }: Pick<Change, 'before' | 'after'>): boolean {
  const current = /\bcurrent (\d+)/;
  const to = current.exec(after)?.[1];
  return to !== undefined && to !== current.exec(before)?.[1];
}

/** Whether the current version is the one that a person chose: then no client chooses another. */
export async function isChosenByPerson(library: Pick<LibraryStore, 'changesOf'>, name: string): Promise<boolean> {
  const moves = await library.changesOf(name, 200, { actions: ['admit', 'promote', 'rollback'] });
  const last = moves.find(movesCurrent);
  return last !== undefined && last.action !== 'admit' && last.via !== 'mcp';
}

/** Whether it was the gate that deprecated a version: then the gate may take it back. */
export async function isTakenOutByGate(
  library: Pick<LibraryStore, 'changesOf'>,
  { name, version }: { readonly name: string; readonly version: number },
): Promise<boolean> {
  const changes = await library.changesOf(name, 200, { version, actions: ['promote', 'deprecate', 'regate'] });
  const last = changes.find(({ action, before, after }) => action !== 'regate' || before !== after);
  return last?.action === 'regate' && last.after === 'deprecated';
}
