import type { WorkContext } from '../context.js';
import { throwIfCancelled } from '../errors.js';
import type { Regated } from './contract.js';
import { dependentsOf, inOrder, judgeable, outdatedOf } from './dependents.js';
import type { LibraryDeps } from './deps.js';
import { findVersion } from './execution.js';
import type { CapabilityVersion } from './model.js';
import { regateOne } from './regate.js';
import type { Callers, RegateRequest } from './service.js';

const pageSize = 500;
/** Callers that are judged by themselves after one change; the rest is left to a regate that somebody asks for. */
const maxCallers = 50;

async function wholeLibrary({ store }: LibraryDeps): Promise<CapabilityVersion[]> {
  const found: CapabilityVersion[] = [];
  for (;;) {
    const page = await store.library.list({}, pageSize, found.at(-1)?.name);
    found.push(...page);
    if (page.length < pageSize) return inOrder(found);
  }
}

async function judgeAll(
  deps: LibraryDeps,
  capabilities: readonly CapabilityVersion[],
  { reason, context }: { readonly reason: string | undefined; readonly context: WorkContext },
): Promise<Regated[]> {
  const done: Regated[] = [];
  for (const { name, version } of capabilities) {
    throwIfCancelled(context.signal);
    context.progress(done.length, capabilities.length, name);
    // What was judged before it may have taken out what it calls: it is looked up when its turn comes.
    const capability = await deps.store.library.get(name, version);
    if (capability) done.push(await regateOne({ deps, capability, input: { reason }, context }));
  }
  context.progress(capabilities.length, capabilities.length, 'done');
  return done;
}

/**
 * Judges again what a request names, each after what it calls. Of the whole library and of dependents, these are the
 * current versions but for what a person or a client took out.
 * @throws FoundryError not_found, conflict, sandbox_unavailable, cancelled
 */
export async function regate(deps: LibraryDeps, request: RegateRequest, context: WorkContext): Promise<Regated[]> {
  const { library } = deps.store;
  const { name, version, scope, reason } = request;
  if (name === undefined || scope === 'all') {
    return judgeAll(deps, await judgeable(library, await wholeLibrary(deps)), { reason, context });
  }
  const named = await findVersion(deps, name, version);
  const callers = scope === 'one' ? [] : await judgeable(library, await dependentsOf(library, name));
  return judgeAll(deps, [named, ...callers], { reason, context });
}

/**
 * Judges again what calls a capability and was judged with another version of it, or of what that calls, than is current.
 * What is up to date is left alone, so a second time does nothing; what the gate refuses is deprecated, and what it took
 * out before and admits now is staged again.
 */
export async function regateCallers(deps: LibraryDeps, name: string, context: WorkContext): Promise<Callers> {
  const { library } = deps.store;
  const outdated: CapabilityVersion[] = [];
  for (const caller of await judgeable(library, await dependentsOf(library, name))) {
    if ((await outdatedOf(library, caller)).length > 0) outdated.push(caller);
  }
  const current = await library.get(name);
  const reason = `version ${current?.version ?? 'none'} of ${name} is the current one`;
  const regated = await judgeAll(deps, outdated.slice(0, maxCallers), { reason, context });
  return { regated, left: outdated.slice(maxCallers).map((one) => one.name) };
}

/** What became of callers, on one line; undefined where there were none. */
export function callersText({ regated, left }: Callers): string | undefined {
  if (regated.length === 0) return undefined;
  const each = regated.map(({ name, version, verdict, state, changed }) => {
    const said = verdict === 'not_judged' ? 'not judged' : verdict;
    return `${name} version ${version} ${said}${changed ? `, now ${state}` : ''}`;
  });
  const more = left.length === 0 ? '' : ` Still to be regated: ${left.join(', ')}.`;
  return `Regated what calls it: ${each.join('; ')}.${more}`;
}
