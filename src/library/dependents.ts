import * as z from 'zod';
import type { GateReport } from '../gate/model.js';
import { dependenciesFirst } from '../specs/dependency-order.js';
import { isTakenOutByGate } from './changes.js';
import type { CapabilityVersion, LibraryStore } from './model.js';
import { newestReport } from './promotion.js';

/** A capability that a version was judged with in another version than the current one; `judged` is null where none is known. */
export interface Outdated {
  readonly name: string;
  readonly judged: number | null;
  readonly current: number;
}

const versionsSchema = z.record(z.string(), z.int()).catch({});

function versionsIn({ stages }: GateReport): Readonly<Record<string, number>> {
  return versionsSchema.parse(stages.find(({ stage }) => stage === 'composition')?.evidence['versions']);
}

interface Callees {
  readonly found: ReadonlyMap<string, CapabilityVersion>;
  /** Names of what is deprecated or not there. */
  readonly gone: ReadonlySet<string>;
}

/** What a version calls, directly and through others, in the versions that are current. */
export async function calleesOf(
  library: Pick<LibraryStore, 'get'>,
  { spec }: Pick<CapabilityVersion, 'spec'>,
): Promise<Callees> {
  const found = new Map<string, CapabilityVersion>();
  const gone = new Set<string>();
  const open = [...spec.dependencies.capabilities];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name) || gone.has(name)) continue;
    const called = await library.get(name);
    if (!called || called.state === 'deprecated') gone.add(name);
    else {
      found.set(name, called);
      open.push(...called.spec.dependencies.capabilities);
    }
  }
  return { found, gone };
}

/** Where the newest gate report of a version speaks of other versions than it would call now; empty where it holds. */
export async function outdatedOf(
  library: Pick<LibraryStore, 'get' | 'changesOf'>,
  capability: CapabilityVersion,
): Promise<Outdated[]> {
  const { found } = await calleesOf(library, capability);
  if (found.size === 0) return [];
  const versions = versionsIn(await newestReport(library, capability));
  const outdated: Outdated[] = [];
  for (const [name, { version }] of found) {
    const judged = versions[name] ?? null;
    if (judged !== version) outdated.push({ name, judged, current: version });
  }
  return outdated.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What a version calls, directly or through others, that is deprecated or not there: so long it cannot run. */
export async function goneFrom(
  library: Pick<LibraryStore, 'get'>,
  capability: Pick<CapabilityVersion, 'spec'>,
): Promise<string[]> {
  return [...(await calleesOf(library, capability)).gone].sort();
}

/** Current versions that call a capability, directly or through others, in the order in which to judge them. */
export async function dependentsOf(
  library: Pick<LibraryStore, 'callersOf'>,
  name: string,
): Promise<CapabilityVersion[]> {
  const found = new Map<string, CapabilityVersion>();
  const open = [name];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    for (const caller of await library.callersOf(one)) {
      if (caller.name === name || found.has(caller.name)) continue;
      found.set(caller.name, caller);
      open.push(caller.name);
    }
  }
  return inOrder([...found.values()]);
}

/**
 * The order in which to judge: each after what it calls; otherwise the newest first, so that of two that do the same the
 * one that was there before stays.
 */
export function inOrder(capabilities: readonly CapabilityVersion[]): CapabilityVersion[] {
  const newestFirst = capabilities.toSorted(
    (a, b) => Date.parse(b.created_at) - Date.parse(a.created_at) || (a.name < b.name ? -1 : 1),
  );
  return dependenciesFirst(newestFirst);
}

/** Of these, what the gate may judge again: what is callable, and what the gate itself took out. */
export async function judgeable(
  library: Pick<LibraryStore, 'changesOf'>,
  capabilities: readonly CapabilityVersion[],
): Promise<CapabilityVersion[]> {
  const kept: CapabilityVersion[] = [];
  for (const one of capabilities) {
    if (one.state !== 'deprecated' || (await isTakenOutByGate(library, one))) kept.push(one);
  }
  return kept;
}
