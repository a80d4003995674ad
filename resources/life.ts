import { outdatedOf } from '../src/library/dependents.js';
import type { CapabilityVersion } from '../src/library/model.js';
import { missingFor, readStanding, standingText, thresholdsOf } from '../src/library/promotion.js';
import type { Services } from '../src/services.js';
import { inline } from './quote.js';

const maxChanges = 20;

/** Why a version must not be used any more, in the words of who took it out: a person, a client, or the gate. */
export async function whyDeprecated(
  services: Services,
  { name, version, state }: CapabilityVersion,
): Promise<string[]> {
  if (state !== 'deprecated') return [];
  const changes = await services.store.library.changesOf(name, 200, { version });
  const change = changes.find((one) => one.after === 'deprecated' && one.before !== 'deprecated');
  if (!change) return [];
  const reason = change.reason === null ? 'no reason was given' : inline(change.reason, 1000);
  return [`- deprecated: ${change.at} by ${change.action}, via ${change.via}: ${reason}`];
}

/** What the use of a version says, and what it lacks for `active`. */
export async function standingLines(services: Services, capability: CapabilityVersion): Promise<string[]> {
  const standing = await readStanding(services.store.library, capability);
  const said = [`- standing: ${standingText(standing)}`];
  if (capability.state === 'active') return said;
  const lacks = missingFor(standing, thresholdsOf(services.config.file.promotion));
  return [...said, `- missing for active: ${lacks.length > 0 ? lacks.join('; ') : 'nothing'}`];
}

/** What a version calls, and where the gate saw it with other versions than it calls now. */
export async function callLines(services: Services, capability: CapabilityVersion): Promise<string[]> {
  const { capabilities, tools } = capability.spec.dependencies;
  const needs = [...capabilities, ...tools].map((need) => inline(need));
  const outdated = await outdatedOf(services.store.library, capability);
  return [
    `- calls: ${needs.length > 0 ? needs.join(', ') : 'nothing'}`,
    ...outdated.map(
      ({ name, judged, current }) =>
        `- to be regated: judged with ${judged === null ? 'an unknown version' : `version ${judged}`} of ${name}, of which ${current} is current`,
    ),
  ];
}

/** What was done to a capability, or to one version of it, newest first. */
export async function historyLines(services: Services, name: string, version?: number): Promise<string[]> {
  const filter = version === undefined ? {} : { version };
  const changes = await services.store.library.changesOf(name, maxChanges + 1, filter);
  const shown = changes.slice(0, maxChanges).map((one) => {
    const verdict = one.report === null ? '' : `, ${one.report.verdict}`;
    const reason = one.reason === null ? '' : `: ${inline(one.reason, 400)}`;
    const moved = one.before === one.after ? one.after : `${one.before} -> ${one.after}`;
    return `- ${one.at} version ${one.version} ${one.action}${verdict}, via ${one.via}: ${moved}${reason}`;
  });
  if (shown.length === 0) return ['Nothing is recorded.'];
  return changes.length > maxChanges ? [...shown, '- and earlier ones'] : shown;
}
