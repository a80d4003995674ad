import { readInput, readOutput, readPage } from '../resources/read.js';
import { defineTool } from './define.js';
import { lines, more } from './text.js';

export const read = defineTool({
  name: 'read',
  title: 'Read a resource',
  description:
    'Read any resource of this server by its uri, such as capability://NAME, capability://NAME/1/lineage, attempts://ID, evidence://runs/ID or needs://clusters/ID. Long texts come in pages: pass next_cursor back as cursor.',
  input: readInput,
  output: readOutput,
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  async run(input, { services }) {
    const data = await readPage(services, input);
    return { data, text: lines(data.text, more(data.next_cursor)) };
  },
});
