import { FoundryError } from '../errors.js';
import { changeOf, isChosenByPerson, placeText } from './changes.js';
import type { ManageCapabilityOutput } from './contract.js';
import { outdatedOf } from './dependents.js';
import type { CapabilityVersion, LibraryStore, Move } from './model.js';
import {
  compareStandings,
  hasSamples,
  missingFor,
  newestReport,
  readStanding,
  type Standing,
  standingText,
  thresholdsOf,
} from './promotion.js';
import { type Actor, step, unchanged } from './states.js';
import { currentOf, isPerson, movedOn, outcome, type Work } from './work.js';

/** What a promotion comes to: no change and why, or a state and by whose leave. */
type Decision = { readonly to: null; readonly why: string } | Raise;
interface Raise {
  readonly to: 'staged' | 'active';
  readonly by: Actor;
  readonly why?: string;
}

const stay = (why: string): Decision => ({ to: null, why });

/** Whether a version was admitted as a better version of that one, directly or through others: it passed its tests. */
async function comesAfter(
  library: Pick<LibraryStore, 'versions'>,
  { name, supersedes }: CapabilityVersion,
  version: number,
): Promise<boolean> {
  const before = new Map((await library.versions(name)).map((one) => [one.version, one.supersedes]));
  let at = supersedes;
  while (at !== null && at > version) at = before.get(at) ?? null;
  return at === version;
}

/** Why a version must not take the place of the current one; undefined where it may. A person's way past it is a rollback. */
async function whyNotInstead(work: Work, current: CapabilityVersion, standing: Standing): Promise<string | undefined> {
  const { deps, capability, context } = work;
  const { library } = deps.store;
  const { version } = capability;
  if (version === current.version) return undefined;
  if (!isPerson(context) && (await isChosenByPerson(library, current.name))) {
    return `Version ${current.version} is the current one by a person's word; only a person chooses another.`;
  }
  if (!(await comesAfter(library, capability, current.version))) {
    return `It was not judged by the tests of version ${current.version}, which is the current one. Rollback with version ${version} chooses it.`;
  }
  if (current.state !== 'active') return undefined;
  const rival = await readStanding(library, current);
  const found = compareStandings(standing, rival);
  if (found === 'better') return undefined;
  const said = found === 'tie' ? 'Nothing tells it from' : 'It is worse than';
  return (
    `${said} version ${current.version}, which is active (${standingText(rival)}). Only what is better takes the place of ` +
    `an active version; a person may choose it all the same, by rollback with version ${version}.`
  );
}

/** Why there is no verdict to promote on; undefined where the newest report admits it with what it calls now. */
async function whyUnjudged({ deps, capability }: Pick<Work, 'deps' | 'capability'>): Promise<string | undefined> {
  const { library } = deps.store;
  const { verdict } = await newestReport(library, capability);
  if (verdict === 'rejected') return 'Its last gate report refuses it; mend it first.';
  if (verdict === 'inconclusive') return 'Its last gate report came to no verdict; regate it first.';
  const outdated = (await outdatedOf(library, capability)).map((one) => one.name);
  if (outdated.length === 0) return undefined;
  return `It was judged with another version of ${outdated.join(', ')} than the current one; regate it first.`;
}

async function decide(work: Work, current: CapabilityVersion, standing: Standing): Promise<Decision> {
  const { deps, capability, input, context } = work;
  const isDeprecated = capability.state === 'deprecated';
  const lacks = missingFor(standing, thresholdsOf(deps.config.file.promotion));
  const missing = `Still missing: ${lacks.join('; ')}.`;
  const unjudged = await whyUnjudged(work);
  if (unjudged !== undefined) return stay(unjudged);
  if (isDeprecated && !isPerson(context)) {
    return stay('What was deprecated is brought back by a person, from the command line.');
  }
  const back = (why: string): Decision => ({ to: 'staged', by: 'person', why: `It can be called again. ${why}` });
  if (!hasSamples(standing)) {
    const why = `What was never called, or has no test, cannot be promoted yet. ${missing}`;
    return isDeprecated ? back(why) : stay(why);
  }
  const instead = await whyNotInstead(work, current, standing);
  if (instead !== undefined) return isDeprecated ? back(instead) : stay(instead);
  if (lacks.length === 0) return { to: 'active', by: isDeprecated ? 'person' : 'thresholds' };
  if (!isPerson(context)) {
    return stay(`${missing} Only a person may promote before that, from the command line or when asked.`);
  }
  if (input.reason !== undefined) return { to: 'active', by: 'person' };
  if (isDeprecated) return back(missing);
  throw new FoundryError(
    'invalid_input',
    `${capability.name} does not meet the thresholds: ${lacks.join('; ')}.`,
    'Give a reason to promote it all the same.',
  );
}

function moveFor(work: Work, current: CapabilityVersion, decision: Raise): Move {
  const { deps, capability, input, context } = work;
  const { name, version, state } = capability;
  const isNext = decision.to === 'active' && version !== current.version;
  const isReplacing = isNext && current.state === 'active';
  const places = isNext
    ? {
        before: placeText(state, current.version),
        after: `${placeText('active', version)}${isReplacing ? `, ${current.version} staged` : ''}`,
      }
    : { before: state, after: decision.to };
  return {
    name,
    states: [
      step(capability, decision.to, decision.by),
      ...(isReplacing ? [step(current, 'staged', 'successor')] : isNext ? [unchanged(current)] : []),
    ],
    current: { from: current.version, to: isNext ? version : current.version },
    change: changeOf({
      name,
      version,
      action: 'promote',
      ...places,
      reason: input.reason,
      via: context.via,
      at: deps.clock.now(),
    }),
  };
}

/**
 * `active` is earned by use: over MCP by the thresholds alone; a person may promote before that, with a reason, and brings
 * back what was deprecated. Nobody promotes what has not run once, what its last gate report refused, or on a tie.
 * @throws FoundryError invalid_input where a person gives no reason, conflict where somebody else was first
 */
export async function promote(work: Work): Promise<ManageCapabilityOutput> {
  const { deps, capability } = work;
  const { library } = deps.store;
  const current = await currentOf(work);
  const standing = await readStanding(library, capability);
  const note = (why?: string): string => `${why === undefined ? '' : `${why} `}Standing: ${standingText(standing)}.`;
  if (capability.state === 'active') return outcome(capability, false, note('It is active already.'));
  const decision = await decide(work, current, standing);
  if (decision.to === null) return outcome(capability, false, note(decision.why));
  if (!(await library.move(moveFor(work, current, decision)))) {
    const now = await library.get(capability.name, capability.version);
    if (now?.state !== decision.to) throw movedOn(capability.name);
    return outcome(now, false, 'Somebody else did it meanwhile.');
  }
  return outcome({ ...capability, state: decision.to }, true, note(decision.why));
}

/**
 * Promotes the current version where its use has just met the thresholds, and only then: what is not current never takes
 * the place of another by itself, and where anything moved meanwhile nothing is done.
 * @returns whether it was promoted
 */
export async function promoteEarned(work: Omit<Work, 'input'>): Promise<boolean> {
  const { deps, capability } = work;
  const { library } = deps.store;
  const thresholds = thresholdsOf(deps.config.file.promotion);
  const use = await library.useOf(capability.name, capability.version);
  // Cheap, and nearly always the end of it.
  if (capability.state !== 'staged' || use.executions < thresholds.executions) return false;
  const current = await library.get(capability.name);
  if (current?.version !== capability.version || current.state !== 'staged') return false;
  const standing = await readStanding(library, current);
  if (missingFor(standing, thresholds).length > 0 || (await whyUnjudged({ deps, capability: current }))) return false;
  const input = { reason: `Its use meets the thresholds: ${standingText(standing)}.` };
  return library.move(moveFor({ ...work, capability: current, input }, current, { to: 'active', by: 'thresholds' }));
}
