import * as z from 'zod';
import { cursor } from '../src/evidence/contract.js';
import type { Services } from '../src/services.js';
import { pageText } from './page.js';
import { readResource } from './router.js';

export const readInput = z.strictObject({
  uri: z.string().min(1).max(2000).describe('For example capability://index, as results and resources name it'),
  cursor,
});

export const readOutput = z.object({
  uri: z.string(),
  mime_type: z.string(),
  text: z.string(),
  next_cursor: z.string().optional(),
});

/** One page of a resource. @throws FoundryError not_found, conflict, invalid_input */
export async function readPage(
  services: Services,
  input: z.infer<typeof readInput>,
): Promise<z.infer<typeof readOutput>> {
  const body = await readResource(services, input.uri);
  return { uri: body.uri, mime_type: body.mimeType, ...pageText(body.text, input.cursor) };
}
