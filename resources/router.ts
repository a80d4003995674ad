import { FoundryError } from '../src/errors.js';
import type { Services } from '../src/services.js';
import { type Address, notFound, type Reader, type ResourceBody } from './body.js';
import { readCapability } from './capabilities.js';
import { readDataset } from './datasets.js';
import { readEvidence } from './evidence.js';
import { readLedger, readPlaybook, readScratchpad } from './knowledge.js';
import { readNeeds } from './needs.js';
import { readJob, readReceipt, readUsage } from './operations.js';
import { readSkill } from './skills.js';
import { readAttempt, readSpec } from './specs.js';

const families: ReadonlyMap<string, Reader> = new Map([
  ['capability', readCapability],
  ['specs', readSpec],
  ['attempts', readAttempt],
  ['evidence', readEvidence],
  ['needs', readNeeds],
  ['datasets', readDataset],
  ['playbooks', readPlaybook],
  ['ledger', readLedger],
  ['scratchpads', readScratchpad],
  ['receipts', readReceipt],
  ['jobs', readJob],
  ['usage', readUsage],
  ['skill', readSkill],
]);

/** What reads as an empty list before anything was stored. */
const alwaysThere: ReadonlySet<string> = new Set([
  'capability://index',
  'evidence://runs',
  'ledger://models',
  'usage://summary',
]);

const shape = /^([a-z]+):\/\/([^/?#]+)((?:\/[^?#]*)?)(?:\?([^#]*))?$/;

function addressOf(uri: string): Address | undefined {
  const found = shape.exec(uri);
  if (!found) return undefined;
  const [, scheme = '', host = '', path = '', query = ''] = found;
  try {
    const segments = path.split('/').slice(1).map(decodeURIComponent);
    return { uri, scheme, host: decodeURIComponent(host), path: segments, query: new URLSearchParams(query) };
  } catch {
    return undefined;
  }
}

/**
 * What a URI of this server reads as, for `resources/read` and for the read tool alike.
 * @throws FoundryError not_found
 */
export async function readResource(services: Services, uri: string): Promise<ResourceBody> {
  const address = addressOf(uri);
  const reader = address && families.get(address.scheme);
  if (!address || !reader) throw notFound(uri);
  // Asking must not create a store.
  if (!services.store.exists() && !alwaysThere.has(uri.replace(/\?.*$/, ''))) throw notFound(uri);
  try {
    const body = await reader(services, address);
    if (body) return body;
  } catch (error) {
    if (!(error instanceof FoundryError && error.code === 'not_found')) throw error;
  }
  throw notFound(uri);
}
