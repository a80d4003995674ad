import type { Config } from '../config.js';
import type { Clock } from '../context.js';
import { throwIfCancelled } from '../errors.js';
import { createGrants } from '../grants.js';
import { sha256 } from '../hash.js';
import type { GateLibrary } from './gate-library.js';
import { compileSchema } from './json-schema.js';
import { type Judgement, placedTests, rememberResults, type Stage } from './judgement.js';
import { languageNotRun } from './languages.js';
import type { Candidate, Gate, GateReport, Language, StageCode, StageResult } from './model.js';
import { hintsFrom } from './probes/probes.js';
import type { Sandbox, SandboxSession } from './runtimes/runtime.js';
import { gateSettings } from './settings.js';
import { compositionStage } from './stages/composition.js';
import { contractStage } from './stages/contract.js';
import { determinismStage } from './stages/determinism.js';
import { hiddenStage } from './stages/hidden.js';
import { noveltyStage } from './stages/novelty.js';
import { propertiesStage } from './stages/properties.js';
import { specialCaseStage } from './stages/special-case.js';
import { staticStage } from './stages/static-check.js';
import { strengthStage } from './stages/strength.js';
import { visibleStage } from './stages/tests.js';

export interface GateDeps {
  readonly config: Config;
  readonly sandboxes: readonly Sandbox[];
  readonly clock: Clock;
  /** What is admitted already; without it, composition and novelty are not judged. */
  readonly library?: GateLibrary;
}

/** Raised whenever the gate judges otherwise than before. */
export const gateVersion = '4';

/** In the order of `stageCodes`. */
const stages: readonly Stage[] = [
  staticStage,
  contractStage,
  visibleStage,
  hiddenStage,
  propertiesStage,
  determinismStage,
  specialCaseStage,
  strengthStage,
  compositionStage,
  noveltyStage,
];

/** How long code takes over a hidden input would tell what stands in it: such time is left out of every report. */
class UntoldTime {
  private ms = 0;

  constructor(private readonly clock: Clock) {}

  /** Milliseconds so far, without what was untold. */
  get elapsed(): number {
    return this.clock.elapsed() - this.ms;
  }

  async run<Value>(work: () => Promise<Value>): Promise<Value> {
    const started = this.clock.elapsed();
    try {
      return await work();
    } finally {
      this.ms += this.clock.elapsed() - started;
    }
  }
}

async function runStage(stage: Stage, judgement: Judgement, time: UntoldTime): Promise<StageResult> {
  const started = time.elapsed;
  const finding = await stage.run(judgement);
  return { stage: stage.code, ...finding, duration_ms: Math.round((time.elapsed - started) * 1000) / 1000 };
}

function skippedStage(stage: Stage, { candidate }: Judgement): StageResult {
  const finding = stage.ofTestsAlone?.(placedTests(candidate).map(({ test }) => test));
  if (finding) return { stage: stage.code, ...finding, duration_ms: 0 };
  return {
    stage: stage.code,
    status: 'not_run',
    duration_ms: 0,
    checked: 0,
    reasons: ['an earlier stage failed'],
    evidence: {},
  };
}

async function runStages(judgement: Judgement, time: UntoldTime): Promise<StageResult[]> {
  const failed = new Set<StageCode>();
  const results: StageResult[] = [];
  for (const stage of stages) {
    throwIfCancelled(judgement.signal);
    const result = stage.runsAfter(failed) ? await runStage(stage, judgement, time) : skippedStage(stage, judgement);
    if (result.status === 'failed') failed.add(stage.code);
    results.push(result);
  }
  return results;
}

function conclude(results: readonly StageResult[]): Pick<GateReport, 'verdict' | 'failed_stage' | 'reasons'> {
  const failed = results.filter((result) => result.status === 'failed');
  const open = results.filter((result) => result.status === 'inconclusive');
  const decisive = failed.length > 0 ? failed : open;
  return {
    verdict: failed.length > 0 ? 'rejected' : open.length > 0 ? 'inconclusive' : 'admitted',
    failed_stage: failed[0]?.stage ?? null,
    reasons: decisive.flatMap((result) => result.reasons.map((reason) => `${result.stage}: ${reason}`)),
  };
}

/** Code that has met hidden inputs is made to forget them before it is asked what is told. */
function forgetful(session: SandboxSession, time: UntoldTime): Pick<Judgement, 'session' | 'untold'> {
  let isSecret = false;
  let knows = false;
  return {
    session: {
      async invoke(invocation, signal) {
        if (!isSecret && knows) {
          knows = false;
          await time.run(async () => session.forget?.());
        }
        knows ||= isSecret;
        return session.invoke(invocation, signal);
      },
      close: () => session.close(),
    },
    untold: (work) =>
      time.run(async () => {
        isSecret = true;
        try {
          return await work();
        } finally {
          isSecret = false;
        }
      }),
  };
}

function onceOnly<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let known: Promise<Value> | undefined;
  return () => {
    known ??= work();
    return known;
  };
}

function packagesOf({ packages }: SandboxSession): Pick<GateReport['runtime'], 'packages'> {
  return packages ? { packages: { names: [...packages.names], sha256: packages.sha256 } } : {};
}

/** The gate: runs the stages over a candidate and says what each saw. It stores nothing and promotes nothing. */
export function createGate({ config, sandboxes, clock, library }: GateDeps): Gate {
  const settings = gateSettings(config);
  const grants = createGrants(config);
  const { timeoutMs } = settings;

  const sandboxFor = (language: Language): Sandbox => {
    const sandbox = sandboxes.find((each) => each.language === language);
    if (sandbox) return sandbox;
    throw languageNotRun(language);
  };

  return {
    async judge(candidate: Candidate, signal: AbortSignal): Promise<GateReport> {
      throwIfCancelled(signal);
      const sandbox = sandboxFor(candidate.language);
      const opened = await sandbox.open(candidate.code, {
        packages: candidate.spec.permissions.packages,
        forgets: candidate.hiddenTests.length > 0,
      });
      const time = new UntoldTime(clock);
      const { session, untold } = forgetful(opened, time);
      try {
        const { fingerprint, isolation } = await sandbox.health();
        const facts = onceOnly(async () => sandbox.inspect?.(candidate.code));
        const results = await runStages(
          {
            candidate,
            session,
            sandboxFor,
            settings,
            grants,
            library,
            clock,
            signal,
            timeoutMs,
            inputSchema: compileSchema(candidate.spec.input_schema),
            outputSchema: compileSchema(candidate.spec.output_schema),
            facts,
            hints: onceOnly(async () => hintsFrom(candidate.code, await facts())),
            resultOf: rememberResults({ session, timeoutMs, signal }),
            untold,
          },
          time,
        );
        return {
          schema_version: 1,
          ...conclude(results),
          stages: results,
          language: candidate.language,
          code_sha256: sha256(candidate.code),
          visible_tests: candidate.visibleTests.length,
          hidden_tests: candidate.hiddenTests.length,
          author_saw_all: candidate.authorSawAll,
          runtime: { fingerprint, isolation: [...isolation], ...packagesOf(opened) },
          gate_version: gateVersion,
        };
      } finally {
        await opened.close();
      }
    },
  };
}
