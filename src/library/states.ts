import { FoundryError } from '../errors.js';
import type { State, StateStep } from './model.js';

/**
 * Who moves a version. `gate`: a verdict. `thresholds`: the operator's, met by use. `person`: somebody at the command line
 * or who answered when asked. `client`: a caller over MCP. `successor`: another version that became the current one.
 */
export const actors = ['gate', 'thresholds', 'person', 'client', 'successor'] as const;
export type Actor = (typeof actors)[number];

interface Transition {
  readonly from: State;
  readonly to: State;
  readonly by: readonly Actor[];
}

/**
 * All that can happen to a version; what is not here does not happen. `candidate` is code that the gate has not admitted:
 * it is kept as an attempt and never stands in the library, so nothing leads back to it.
 */
export const transitions: readonly Transition[] = [
  { from: 'candidate', to: 'staged', by: ['gate'] },
  { from: 'staged', to: 'active', by: ['thresholds', 'person'] },
  { from: 'active', to: 'staged', by: ['successor'] },
  { from: 'staged', to: 'deprecated', by: ['gate', 'person', 'client'] },
  { from: 'active', to: 'deprecated', by: ['gate', 'person', 'client'] },
  { from: 'deprecated', to: 'staged', by: ['gate', 'person'] },
  { from: 'deprecated', to: 'active', by: ['person'] },
];

export function mayMove(from: State, to: State, by: Actor): boolean {
  return transitions.some((one) => one.from === from && one.to === to && one.by.includes(by));
}

/** For a move: that a version is still in the state in which it was seen. */
export function unchanged({ version, state }: { readonly version: number; readonly state: State }): StateStep {
  return { version, from: state, to: state };
}

/** One step of one version, for a move of the store. @throws FoundryError internal where there is no such transition */
export function step(
  { version, state }: { readonly version: number; readonly state: State },
  to: State,
  by: Actor,
): StateStep {
  if (mayMove(state, to, by)) return { version, from: state, to };
  throw new FoundryError(
    'internal',
    `Nothing leads from ${state} to ${to} by ${by}.`,
    'The states and who may change them stand in the documentation of the library.',
  );
}
