import { onTestFinished } from 'vitest';
import { loadConfig } from '../../../src/config.js';
import { fixedClock, plainContext } from '../../../src/context.js';
import type { Gate } from '../../../src/gate/model.js';
import type { Sandbox } from '../../../src/gate/runtimes/runtime.js';
import { createAgentGenerator } from '../../../src/generate/agent.js';
import type { Generator, Proposal, ProposeOutcome } from '../../../src/generate/model.js';
import type { JsonObject } from '../../../src/json.js';
import type { GenerateInput, GenerateResult, ProposeSpecInput } from '../../../src/specs/contract.js';
import type { PatternRecord, Spec, SpecTest } from '../../../src/specs/model.js';
import { createSpecService, type SpecDeps } from '../../../src/specs/spec-service.js';
import { gateWith } from '../gate/support.js';
import { type Library, openLibrary } from '../library/desk.js';

export interface Workshop {
  readonly library: Library;
  readonly deps: SpecDeps;
  /** How often the gate judged. */
  judged: number;
  propose(input: ProposeSpecInput): ReturnType<ReturnType<typeof createSpecService>['proposeSpec']>;
  generate(input: GenerateInput): ReturnType<ReturnType<typeof createSpecService>['generateAndGate']>;
  /** Hands in spec and code in one call and gives the one result. */
  handIn(spec: Spec, code: string, more?: Partial<GenerateInput>): Promise<GenerateResult>;
}

export const asInput = (spec: Spec): JsonObject => JSON.parse(JSON.stringify(spec)) as JsonObject;

/** The spec service over a real store, gate and library. */
export function openWorkshop(sandbox: Sandbox, generators: SpecDeps['generators'] = {}): Workshop {
  const library = openLibrary(sandbox);
  onTestFinished(() => library.close());
  const gate = gateWith(sandbox, { test_timeout_ms: 500 });
  const counting: Gate = {
    judge(candidate, signal) {
      workshop.judged += 1;
      return gate.judge(candidate, signal);
    },
  };
  const { store, service } = library;
  const deps: SpecDeps = {
    config: loadConfig({}, { home: library.folder }),
    store,
    gate: counting,
    library: service,
    generators: { agent: createAgentGenerator({ store, library: service }), ...generators },
    clock: fixedClock(),
  };
  const specs = createSpecService(deps);
  const workshop: Workshop = {
    library,
    deps,
    judged: 0,
    propose: (input) => specs.proposeSpec(input, plainContext()),
    generate: (input) => specs.generateAndGate(input, plainContext()),
    async handIn(spec, code, more = {}) {
      const { results, issues } = await specs.generateAndGate({ spec: asInput(spec), code, ...more }, plainContext());
      const [result] = results;
      if (!result) throw new Error(JSON.stringify(issues));
      return result;
    },
  };
  return workshop;
}

const nothing: ProposeOutcome = { status: 'skipped', proposals: [], issues: [], skipped: [], brief: null };

/** What induction would give: a spec with hidden tests and its code. */
export function induced(spec: Spec, code: string, hiddenTests: readonly SpecTest[], clusterId: string): Proposal {
  const pattern: Omit<PatternRecord, 'spec_id'> = {
    pattern_id: `pattern_${spec.name}_${clusterId}_${code.length}`,
    clustering_id: 'clustering_1',
    cluster_id: clusterId,
    code,
    train_run_ids: [],
    held_out_run_ids: [],
    calls_replaced: 2,
    occurrences: 1,
    destructive_tools: [],
  };
  return { spec, clusterId, hiddenTests, pattern };
}

/** A generator that proposes what the test says and, as induction does, takes code from the stored pattern. */
export function inducing(outcome: Partial<ProposeOutcome>, library: () => Library): Generator {
  return {
    name: 'induction',
    propose: async () => ({ ...nothing, ...outcome }),
    async generate({ record }) {
      const pattern = await library().store.specs.patternOfSpec(record.spec_id);
      if (!pattern) return { kind: 'none', reason: 'no pattern' };
      return { kind: 'code', code: pattern.code, language: 'typescript' };
    },
  };
}

/** A model in all but name: proposes per cluster and gives its codes one after another, remembering what it was told. */
export function scripted(
  proposals: readonly Proposal[],
  codes: readonly string[],
): Generator & { readonly failures: (string | null)[]; readonly asked: (readonly string[] | undefined)[] } {
  const failures: (string | null)[] = [];
  const asked: (readonly string[] | undefined)[] = [];
  return {
    name: 'openai',
    failures,
    asked,
    async propose(request) {
      asked.push(request.clusterIds);
      return { ...nothing, status: proposals.length > 0 ? 'proposed' : 'skipped', proposals };
    },
    async generate({ lastFailure, attempt }) {
      failures.push(lastFailure);
      const code = codes[attempt - 1];
      if (code === undefined) return { kind: 'none', reason: 'no more code' };
      if (code === '') return { kind: 'none', reason: 'unreadable', retry: true };
      return { kind: 'code', code, language: 'typescript' };
    },
  };
}
