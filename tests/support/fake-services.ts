import { loadConfig } from '../../src/config.js';
import { fixedClock } from '../../src/context.js';
import { FoundryError } from '../../src/errors.js';
import type { EvidenceRecord, Run } from '../../src/evidence/model.js';
import type { EvidenceService } from '../../src/evidence/service.js';
import type { GateReport } from '../../src/gate/model.js';
import type { Job } from '../../src/jobs/model.js';
import type { JobService } from '../../src/jobs/service.js';
import type { CapabilityVersion } from '../../src/library/model.js';
import { silentLogger } from '../../src/log.js';
import { createRoots } from '../../src/roots.js';
import type { Services } from '../../src/services.js';
import type { SpecRecord } from '../../src/specs/model.js';
import type { Store } from '../../src/store.js';

/** A stand-in that has what the test gave it; whatever else is asked of it fails the test by name. */
export function standIn<T extends object>(name: string, part: Partial<T>): T {
  return new Proxy(part, {
    get(target, key) {
      if (key in target) return Reflect.get(target, key);
      if (typeof key === 'symbol' || key === 'then') return undefined;
      return () => {
        throw new Error(`the test did not expect ${name}.${key}`);
      };
    },
  }) as T;
}

const at = '2026-01-01T00:00:00.000Z';
const sha = 'a'.repeat(64);

export function aRun(id: string, over: Partial<Run> = {}): Run {
  return {
    run_id: id,
    session_id: `session_${id}`,
    source_id: 'source_1',
    source: 'desk',
    format: 'openai_chat',
    origin: 'file',
    native_id: null,
    task_id: 'refund',
    trial: null,
    project: null,
    agent: null,
    models: ['model-a'],
    task: null,
    outcome: { kind: 'reward', value: 1, grader: 'desk' },
    started_at: at,
    ended_at: at,
    records: 2,
    calls: 1,
    ...over,
  };
}

export function aRecord(id: string, over: Partial<EvidenceRecord> = {}): EvidenceRecord {
  return {
    schema_version: 1,
    evidence_id: id,
    run_id: 'run_1',
    session_id: 'session_run_1',
    source_id: 'source_1',
    format: 'openai_chat',
    native_id: null,
    ordinal: 0,
    kind: 'message',
    role: 'user',
    is_human: true,
    is_sidechain: false,
    timestamp: null,
    model: null,
    text: 'Please refund order 7.',
    tool_calls: [],
    tool_result: null,
    act: null,
    outcome: null,
    usage: null,
    provenance: {
      source_file: '/elsewhere/logs/desk.jsonl',
      byte_offset: 0,
      byte_length: 10,
      line: 3,
      pointer: null,
      sig_hash: 'f'.repeat(64),
      redacted_hash: sha,
      recorded_at: at,
    },
    ...over,
  };
}

export function aReport(over: Partial<GateReport> = {}): GateReport {
  return {
    schema_version: 1,
    verdict: 'admitted',
    failed_stage: null,
    reasons: [],
    stages: [
      { stage: 'visible', status: 'passed', duration_ms: 4, checked: 2, reasons: [], evidence: { runs: 2 } },
      {
        stage: 'hidden',
        status: 'passed',
        duration_ms: 4,
        checked: 1,
        reasons: [],
        evidence: { case: 'a hidden expectation' },
      },
    ],
    language: 'typescript',
    code_sha256: sha,
    visible_tests: 2,
    hidden_tests: 1,
    author_saw_all: false,
    runtime: { fingerprint: 'deno 2', isolation: ['process'] },
    gate_version: '1',
    ...over,
  };
}

export function aCapability(name: string, over: Partial<CapabilityVersion> = {}): CapabilityVersion {
  return {
    name,
    version: 1,
    kind: 'skill',
    supersedes: null,
    content_hash: sha,
    spec: {
      name,
      kind: 'skill',
      summary: `Does ${name}`,
      input_schema: { type: 'object', properties: { order: { type: 'integer' } } },
      output_schema: { type: 'object' },
      tests: [{ name: 'plain', input: { order: 7 }, expected: { status: 'ok' } }],
      dependencies: { capabilities: [], tools: ['desk.refund'] },
      properties: [],
      permissions: { net: [] },
      skip: null,
    },
    code: 'export async function execute() { return { status: "ok", payload: {}, prov: [] }; }',
    language: 'typescript',
    spec_id: 'spec_1',
    attempt_id: 'attempt_1',
    generator: 'agent',
    report: aReport(),
    destructive: false,
    state: 'staged',
    created_at: at,
    ...over,
  };
}

export function aSpecRecord(id: string): SpecRecord {
  return {
    spec_id: id,
    spec: aCapability('refund_order').spec,
    generator: 'agent',
    cluster_id: null,
    clustering_id: null,
    author_saw_all: false,
    created_at: at,
  };
}

export function aJob(id: string, over: Partial<Job> = {}): Job {
  return {
    job_id: id,
    kind: 'mine_needs',
    input: {},
    key: sha,
    state: 'running',
    via: 'mcp',
    progress: null,
    result: null,
    error: null,
    owner: null,
    lease_until: null,
    cancel_requested: false,
    delivered: false,
    created_at: at,
    updated_at: at,
    ...over,
  };
}

type StorePart = (typeof storeParts)[number];
export type FakeStore = { readonly [K in StorePart]?: Partial<Store[K]> } & { readonly exists?: () => boolean };
export type FakeServices = Partial<Omit<Services, 'store'>> & { readonly store?: FakeStore };

/** Jobs that end at once with this result. */
export function doneJobs(result: Record<string, unknown>): JobService {
  return standIn<JobService>('jobs', {
    run: async () => ({ job_id: 'job_1', job_state: 'done', result: JSON.parse(JSON.stringify(result)) }),
    resume: async () => undefined,
  });
}

/** Jobs that fail with a code a client may see. */
export function failingJobs(): JobService {
  return standIn<JobService>('jobs', {
    run: async () => {
      throw new FoundryError('not_found', 'No mining has the id "x".', 'Call mine_needs first.');
    },
    resume: async () => undefined,
  });
}

const storeParts = [
  'evidence',
  'scores',
  'needs',
  'specs',
  'library',
  'embeddings',
  'modelCalls',
  'datasets',
  'knowledge',
  'receipts',
  'jobs',
] as const;

/** Services of which the test says what they do. The store is there unless `exists` says otherwise. */
export function fakeServices(over: FakeServices = {}): Services {
  const parts = Object.fromEntries(
    storeParts.map((name) => [name, standIn<object>(`store.${name}`, over.store?.[name] ?? {})]),
  );
  const store = standIn<Store>('store', { exists: over.store?.exists ?? (() => true), ...parts });
  const config = loadConfig({ FOUNDRY_HOME: '/data' }, {}, { cwd: '/', home: '/home/user', platform: 'linux' });
  return standIn<Services>('services', {
    config,
    clock: fixedClock(),
    log: silentLogger,
    roots: createRoots(['/data'], [], '/data'),
    jobs: standIn<JobService>('jobs', { resume: async () => undefined }),
    evidence: standIn<EvidenceService>('evidence', { unasked: async () => [] }),
    close: async () => undefined,
    ...over,
    store,
  });
}
