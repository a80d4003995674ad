import { searchEvidenceInput, searchEvidenceOutput } from '../src/evidence/contract.js';
import { defineTool } from './define.js';
import { lines, more, quoted } from './text.js';

export const searchEvidence = defineTool({
  name: 'search_evidence',
  title: 'Search evidence',
  description:
    'Find evidence records by words and by meaning, best first, each with file, line and hash. Filter by source, run, score category, task or time. For solved work that can be called, use search_capabilities.',
  input: searchEvidenceInput,
  output: searchEvidenceOutput,
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
  async run(input, { services }) {
    const data = await services.evidence.search({ limit: 10, ...input });
    const text = lines(
      `${data.results.length} of ${data.searched} searched records.`,
      data.results.map(
        (hit) =>
          `- ${hit.uri} (run ${hit.run_id}, ${hit.provenance.source_file}:${hit.provenance.line}${hit.is_abandoned ? ', on an abandoned branch' : ''}): ${quoted(hit.snippet, 300)}`,
      ),
      data.note,
      more(data.next_cursor),
    );
    return { data, text };
  },
});
