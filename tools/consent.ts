import type { Via } from '../src/context.js';
import { consentQuestion, refused, unasked } from '../src/evidence/consent.js';
import type { ToolContext } from './define.js';

/**
 * Asks the person whether logs may be read, where that is open.
 * @throws FoundryError needs_setup where the client cannot ask, cancelled where the person said no
 */
export async function askConsent(args: Record<string, unknown>, { services, confirm }: ToolContext): Promise<Via> {
  const path = args['path'];
  if (typeof path !== 'string') return 'mcp';
  const projects = await services.evidence.unasked(path, { via: 'mcp' });
  if (projects.length === 0) return 'mcp';
  if (await services.evidence.agreed(projects)) return 'elicited';
  const answer = await confirm(consentQuestion(projects));
  if (answer === undefined) throw unasked(projects.length, false);
  if (!answer) throw refused();
  await services.evidence.agree(projects);
  return 'elicited';
}
