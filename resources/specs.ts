import { json, markdown, type Reader } from './body.js';
import { fence } from './quote.js';
import { reportMarkdown } from './report.js';

/** A spec with its visible tests; the hidden ones are nowhere to be read. */
export const readSpec: Reader = async (services, { uri, host, path }) => {
  const record = path.length === 0 ? await services.store.specs.getSpec(host) : undefined;
  if (!record) return undefined;
  const { spec_id, generator, cluster_id, clustering_id, author_saw_all, created_at, spec } = record;
  return json(uri, { spec_id, generator, cluster_id, clustering_id, author_saw_all, created_at, spec });
};

export const readAttempt: Reader = async (services, { uri, host, path }) => {
  const attempt = path.length === 0 ? await services.store.library.getAttempt(host) : undefined;
  if (!attempt) return undefined;
  const admitted = attempt.capability
    ? `Admitted as capability://${attempt.capability.name}/${attempt.capability.version}.`
    : 'Not admitted.';
  const text = [
    reportMarkdown(`Attempt ${attempt.attempt_id}`, attempt.report),
    `Attempt ${attempt.ordinal} at [${attempt.spec_id}](specs://${attempt.spec_id}) by ${attempt.generator}, ${attempt.created_at}. ${admitted}`,
    `## Code\n\n${fence(attempt.code, attempt.language, 100_000)}`,
  ];
  return markdown(uri, text.join('\n\n'));
};
