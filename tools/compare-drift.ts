import { driftInput, driftOutput } from '../src/knowledge/drift-contract.js';
import { defineTool } from './define.js';
import { lines, more, quoted } from './text.js';

const shownReasons = 3;

export const compareDrift = defineTool({
  name: 'compare_drift',
  title: 'Compare drift',
  description:
    'Tell what differs between two states of the scores, the library or the corpus of runs, each change with its reasons; or, with claims, what the evidence shows of each claim of a requirements document. It judges nothing anew.',
  input: driftInput,
  output: driftOutput,
  hints: { readOnly: false, destructive: false, idempotent: true, openWorld: false },
  async run(input, { services, signal, via, progress }) {
    const data = await services.knowledge.compareDrift(input, { signal, via, progress });
    const text = lines(
      data.summary,
      data.changed.map(
        ({ id, before, after, reasons }) =>
          `- ${quoted(id, 100)}: ${input.kind === 'claims' ? quoted(before, 300) : before} -> ${after}${
            reasons.length > 0
              ? ` (${reasons
                  .slice(0, shownReasons)
                  .map((one) => quoted(one, 160))
                  .join('; ')})`
              : ''
          }`,
      ),
      more(data.next_cursor),
      `receipt_id: ${data.receipt_id}`,
    );
    return { data, text };
  },
});
