import type { Via } from '../src/context.js';
import { consentQuestion, refused, unasked } from '../src/evidence/consent.js';
import { importInput } from '../src/evidence/contract.js';
import type { ToolContext } from './define.js';

const logs = importInput.pick({ path: true, format: true, mapping: true }).loose();

/**
 * Asks the person whether logs may be read, where that is open.
 * @throws FoundryError needs_setup where the client cannot ask, cancelled where the person said no
 */
export async function askConsent(args: Record<string, unknown>, { services, confirm }: ToolContext): Promise<Via> {
  const asked = logs.parse(args);
  if (asked.path === undefined) return 'mcp';
  const projects = await services.evidence.unasked(asked, { via: 'mcp' });
  if (projects.length === 0) return 'mcp';
  if (await services.evidence.agreed(projects)) return 'elicited';
  const answer = await confirm(consentQuestion(projects));
  if (answer === undefined) throw unasked(projects.length, false);
  if (!answer) throw refused();
  await services.evidence.agree(projects);
  return 'elicited';
}
