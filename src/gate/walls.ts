import type { Language } from './model.js';

/** The walls that there can be around generated code: one list for the configuration, the reports and `doctor`. */
export const wallNames = [
  'process',
  'deno_permissions',
  'bubblewrap',
  'context_per_call',
  'interpreter_per_candidate',
  'heap_limit',
  'data_limit',
  'memory_watch_proc',
  'memory_watch_ps',
  'memory_watch_tasklist',
  'dies_with_host',
] as const;
export type WallName = (typeof wallNames)[number];

/** What an operator may require: a wall by its name, or `memory_watch` for memory that is watched in whatever way. */
export const requirableWalls = [...wallNames, 'memory_watch'] as const;
export type RequirableWall = (typeof requirableWalls)[number];

/** What is required where nothing is configured. */
export const requiredByDefault: readonly RequirableWall[] = ['process', 'deno_permissions'];

/** Each keeps candidates of one language apart from one another; the other language has its own way. */
const onlyFor: ReadonlyMap<RequirableWall, Language> = new Map([
  ['context_per_call', 'typescript'],
  ['interpreter_per_candidate', 'python'],
]);

function isUp(wanted: RequirableWall, up: readonly WallName[]): boolean {
  return up.some((wall) => wall === wanted || (wanted === 'memory_watch' && wall.startsWith('memory_watch_')));
}

/** The required walls that are not up. A wall that only the other language has is not asked of this one. */
export function missingWalls(
  required: readonly RequirableWall[],
  up: readonly WallName[],
  language: Language,
): RequirableWall[] {
  return required.filter((wall) => (onlyFor.get(wall) ?? language) === language && !isUp(wall, up));
}

/** Walls in the order of the list, each once. */
export function inOrder(walls: readonly WallName[]): WallName[] {
  return wallNames.filter((wall) => walls.includes(wall));
}

/** A wall that is not up, and why. */
export interface AbsentWall {
  readonly wall: WallName | 'memory_watch';
  readonly why: string;
}
