import { categories } from '../src/scoring/model.js';
import type { Services } from '../src/services.js';
import type { Store } from '../src/store.js';
import { oneLine } from '../src/visible.js';

/** Values for one variable that start with what was typed; `given` are the variables already filled in. */
export type Complete = (store: Store, prefix: string, given: Readonly<Record<string, string>>) => Promise<string[]>;

export interface Template {
  readonly name: string;
  readonly uri: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: string;
  readonly complete: Readonly<Record<string, Complete>>;
}

const limit = 100;

function starting(values: readonly string[], prefix: string): string[] {
  // What cannot be typed cannot be completed; it would only show a log's text where nobody expects it.
  const typed = values.filter((value) => value.startsWith(prefix) && value === oneLine(value));
  return [...new Set(typed)].slice(0, limit);
}

export const capabilityNames: Complete = (store, prefix) => store.library.namesStartingWith(prefix, limit);

const versions: Complete = async (store, prefix, given) => {
  const found = given['name'] === undefined ? [] : await store.library.versions(given['name']);
  return starting(
    found.map((one) => String(one.version)),
    prefix,
  );
};

export const specIds: Complete = (store, prefix) => store.specs.specIdsStartingWith(prefix, limit);

const attemptIds: Complete = async (store, prefix) => {
  const specs = await store.specs.listSpecs({}, limit);
  const attempts = await Promise.all(specs.map((one) => store.library.attemptsOfSpec(one.spec_id)));
  return starting(
    attempts.flat().map((one) => one.attempt_id),
    prefix,
  );
};

export const runIds: Complete = (store, prefix) => store.evidence.idsStartingWith('run', prefix, limit);
const recordIds: Complete = (store, prefix) => store.evidence.idsStartingWith('record', prefix, limit);

export const sourceLabels: Complete = async (store, prefix) =>
  starting(
    (await store.evidence.listSources()).map((one) => one.source),
    prefix,
  );

const taskIds: Complete = async (store, prefix, given) => {
  const source = given['source'];
  const runs = await store.evidence.listRuns(source === undefined ? {} : { source }, 500);
  return starting(
    runs.flatMap((run) => run.task_id ?? []),
    prefix,
  );
};

const models: Complete = async (store, prefix) => {
  const runs = await store.evidence.listRuns({}, 500);
  return starting(
    runs.flatMap((run) => run.models),
    prefix,
  );
};

const clusteringIds: Complete = async (store, prefix) =>
  starting(
    (await store.needs.listClusterings(limit)).map((one) => one.clustering_id),
    prefix,
  );

export const clusterIds: Complete = async (store, prefix) => {
  const newest = await store.needs.listClusterings(5);
  const clusters = await Promise.all(newest.map((one) => store.needs.clustersOf(one.clustering_id, 1000)));
  return starting(
    clusters.flat().map((one) => one.cluster_id),
    prefix,
  );
};

const datasetIds: Complete = async (store, prefix) =>
  starting(
    (await store.datasets.listDatasets(1000)).map((one) => one.dataset_id),
    prefix,
  );

export const playbookIds: Complete = (store, prefix) => store.knowledge.playbookIdsStartingWith(prefix, limit);

const receiptIds: Complete = async (store, prefix) =>
  starting(
    (await store.receipts.listReceipts(1000)).map((one) => one.receipt_id),
    prefix,
  );

const jobIds: Complete = async (store, prefix) =>
  starting(
    (await store.jobs.list(1000)).map((one) => one.job_id),
    prefix,
  );

const fixed =
  (...values: readonly string[]): Complete =>
  async (_store, prefix) =>
    starting(values, prefix);

const text = 'text/markdown';
const jsonType = 'application/json';
const name = { name: capabilityNames };
const nameAndVersion = { name: capabilityNames, version: versions };

function capabilityPart(part: string, description: string, mimeType = text): Template {
  return {
    name: `capability-${part}`,
    uri: `capability://{name}/{version}/${part}`,
    title: `Capability: ${part}`,
    description,
    mimeType,
    complete: nameAndVersion,
  };
}

/** Every family that takes variables; the skill family is the Skills extension's. */
export const templates: readonly Template[] = [
  {
    name: 'capability-index-page',
    uri: 'capability://index{?after}',
    title: 'Library, next page',
    description: 'The library in order of name, after a name.',
    mimeType: text,
    complete: { after: capabilityNames },
  },
  {
    name: 'capability',
    uri: 'capability://{name}',
    title: 'Capability',
    description: 'Card of a capability: summary, schemas, state, versions, use and links.',
    mimeType: text,
    complete: name,
  },
  {
    name: 'capability-version',
    uri: 'capability://{name}/{version}',
    title: 'Capability version',
    description: 'Card of one version of a capability.',
    mimeType: text,
    complete: nameAndVersion,
  },
  capabilityPart('code', 'The code of one version.', 'text/plain'),
  capabilityPart('spec', 'The spec of one version, as JSON.', jsonType),
  capabilityPart('tests', 'The visible tests of one version, as JSON.', jsonType),
  capabilityPart('report', 'What each stage of the gate saw.'),
  capabilityPart('lineage', 'The way back: log lines, acts, cluster, spec, attempts, gate stages, executions.'),
  {
    name: 'spec',
    uri: 'specs://{spec_id}',
    title: 'Spec',
    description: 'A proposed spec with its visible tests, as JSON.',
    mimeType: jsonType,
    complete: { spec_id: specIds },
  },
  {
    name: 'attempt',
    uri: 'attempts://{attempt_id}',
    title: 'Attempt',
    description: 'One try at code for a spec, with its gate report, admitted or not.',
    mimeType: text,
    complete: { attempt_id: attemptIds },
  },
  {
    name: 'runs',
    uri: 'evidence://runs{?source,category,task_id,review,after}',
    title: 'Runs',
    description: 'Runs with outcome and score; review=true shows what waits for a person.',
    mimeType: text,
    complete: {
      source: sourceLabels,
      category: fixed(...categories),
      task_id: taskIds,
      review: fixed('true'),
      after: runIds,
    },
  },
  {
    name: 'run',
    uri: 'evidence://runs/{run_id}',
    title: 'Run',
    description: 'One run: task, outcome, score with reasons, and its records.',
    mimeType: text,
    complete: { run_id: runIds },
  },
  {
    name: 'record',
    uri: 'evidence://records/{evidence_id}',
    title: 'Evidence record',
    description: 'One evidence record with its provenance, as JSON.',
    mimeType: jsonType,
    complete: { evidence_id: recordIds },
  },
  {
    name: 'clustering',
    uri: 'needs://clusterings/{clustering_id}',
    title: 'Clustering',
    description: 'The need clusters of one clustering.',
    mimeType: text,
    complete: { clustering_id: clusteringIds },
  },
  {
    name: 'cluster',
    uri: 'needs://clusters/{cluster_id}',
    title: 'Need cluster',
    description: 'One need cluster with its acts.',
    mimeType: text,
    complete: { cluster_id: clusterIds },
  },
  {
    name: 'dataset',
    uri: 'datasets://{dataset_id}',
    title: 'Data set card',
    description: 'What a data set holds, what was left out, and where its files are.',
    mimeType: text,
    complete: { dataset_id: datasetIds },
  },
  {
    name: 'playbook',
    uri: 'playbooks://{playbook_id}',
    title: 'Playbook',
    description: 'Steps that worked again and again for a type of task, each with the records behind it.',
    mimeType: text,
    complete: { playbook_id: playbookIds },
  },
  {
    name: 'playbook-record',
    uri: 'playbooks://{playbook_id}/record',
    title: 'Playbook record',
    description: 'A playbook as JSON.',
    mimeType: jsonType,
    complete: { playbook_id: playbookIds },
  },
  {
    name: 'ledger',
    uri: 'ledger://models{?model,task_type}',
    title: 'Model ledger',
    description:
      'How models do at types of tasks; with a model or a type the rows as JSON, with every run behind them.',
    mimeType: text,
    complete: { model: models },
  },
  {
    name: 'scratchpad',
    uri: 'scratchpads://{run_id}',
    title: 'Scratchpad',
    description: 'What an agent noted, planned and decided in a run, in one form, as JSON.',
    mimeType: jsonType,
    complete: { run_id: runIds },
  },
  {
    name: 'receipt',
    uri: 'receipts://{receipt_id}',
    title: 'Receipt',
    description: 'What one command read, wrote and counted, as JSON.',
    mimeType: jsonType,
    complete: { receipt_id: receiptIds },
  },
  {
    name: 'job',
    uri: 'jobs://{job_id}',
    title: 'Job',
    description: 'Long work: its state, progress, result and events, as JSON.',
    mimeType: jsonType,
    complete: { job_id: jobIds },
  },
];

/** Completion that asks nothing of a store that is not there. */
export function completeWith(services: Services, complete: Complete) {
  return async (prefix: string, given: Readonly<Record<string, string>> = {}): Promise<string[]> =>
    services.store.exists() ? complete(services.store, prefix, given) : [];
}
