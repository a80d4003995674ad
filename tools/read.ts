import * as z from 'zod';
import { pageText } from '../resources/page.js';
import { readResource } from '../resources/router.js';
import { cursor } from '../src/evidence/contract.js';
import { defineTool } from './define.js';
import { lines, more } from './text.js';

export const read = defineTool({
  name: 'read',
  title: 'Read a resource',
  description:
    'Read any resource of this server by its uri, such as capability://NAME, capability://NAME/1/lineage, attempts://ID, evidence://runs/ID or needs://clusters/ID. Long texts come in pages: pass next_cursor back as cursor.',
  input: z.strictObject({
    uri: z.string().min(1).max(2000).describe('For example capability://index, as results and resources name it'),
    cursor,
  }),
  output: z.object({
    uri: z.string(),
    mime_type: z.string(),
    text: z.string(),
    next_cursor: z.string().optional(),
  }),
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  async run(input, { services }) {
    const body = await readResource(services, input.uri);
    const page = pageText(body.text, input.cursor);
    const data = { uri: body.uri, mime_type: body.mimeType, ...page };
    return { data, text: lines(page.text, more(page.next_cursor)) };
  },
});
