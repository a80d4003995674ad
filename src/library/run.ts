import { plainContext, type Via } from '../context.js';
import { FoundryError } from '../errors.js';
import { compileSchema } from '../gate/json-schema.js';
import { languageNotRun } from '../gate/languages.js';
import { type CallRequest, openingOf, type SandboxSession } from '../gate/runtimes/runtime.js';
import type { Grants } from '../grants.js';
import { contentId } from '../hash.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import { fetchName } from '../net/fetch-call.js';
import type { Fetcher } from '../net/model.js';
import { type Observation, observationSchema } from '../specs/model.js';
import type { LibraryDeps } from './deps.js';
import { type Allowance, fetchFor, recordedAnswer } from './fetch.js';
import { requireJudgedPackages } from './judged-packages.js';
import type { CapabilityVersion, Execution } from './model.js';
import type { PlanLedger, Planner } from './plans.js';
import { promoteEarned } from './promote.js';
import type { RedactExecution } from './redact-execution.js';
import { maxDepth } from './requirements.js';

/** How calls that change something are treated: made, left out and noted, or made only where a plan has them. */
export type Effects =
  | { readonly kind: 'live' }
  | { readonly kind: 'dry'; readonly planner: Planner }
  | { readonly kind: 'planned'; readonly ledger: PlanLedger };

export interface RunOptions {
  readonly effects: Effects;
  readonly context: JsonValue;
  readonly depth: number;
  /** Requests that may still be made, by this capability and those that it calls. */
  readonly requests: Allowance;
  readonly via: Via;
  readonly signal: AbortSignal;
}

export type RunDeps = LibraryDeps & {
  readonly random: () => string;
  readonly redact: RedactExecution;
  readonly fetcher: Fetcher;
  readonly grants: Grants;
};

/** The code's own work; what its calls take is bounded by the tool bridge. */
const codeTimeoutMs = 10_000;
const maxRecordedChars = 64_000;
const maxMessageChars = 400;

type Recorded = { name: string; args: JsonValue; result: JsonValue | null; failed: boolean };

function short(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ').trim();
  return plain.length > maxMessageChars ? `${plain.slice(0, maxMessageChars)}...` : plain;
}

/** What is kept of an answer: the whole where it is small, else its size. */
function kept(value: JsonValue): JsonValue {
  const chars = JSON.stringify(value).length;
  return chars <= maxRecordedChars ? value : { truncated: true, chars };
}

/** @throws FoundryError invalid_input that names each fault */
export function requireValidInput(capability: CapabilityVersion, input: JsonObject): void {
  const schema = compileSchema(capability.spec.input_schema);
  const faults = schema.ok ? schema.validate(input) : [schema.message];
  if (faults.length === 0) return;
  throw new FoundryError(
    'invalid_input',
    `The input does not fit ${capability.name}: ${short(faults.slice(0, 5).join('; '))}.`,
    `It takes ${Object.keys(propertiesOf(capability)).join(', ') || 'no arguments'}; read capability://${capability.name} for the schema.`,
  );
}

function propertiesOf({ spec }: CapabilityVersion): JsonObject {
  const properties = spec.input_schema['properties'];
  return isJsonObject(properties) ? properties : {};
}

async function openSession(deps: RunDeps, capability: CapabilityVersion): Promise<SandboxSession> {
  const sandbox = deps.sandboxes.find((one) => one.language === capability.language);
  if (!sandbox) throw languageNotRun(capability.language);
  const session = await sandbox.open(capability.code, openingOf(capability.spec));
  try {
    await requireJudgedPackages(deps.store.library, capability, session.packages);
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Whether what the code returned is an observation that keeps its promise. */
function judge(capability: CapabilityVersion, value: JsonValue): { observation: Observation; error: string | null } {
  const parsed = observationSchema.safeParse(value);
  if (!parsed.success) return failed('bad_output: the code returned something that is no observation');
  if (parsed.data.status !== 'ok') return { observation: parsed.data, error: null };
  const schema = compileSchema(capability.spec.output_schema);
  const faults = schema.ok ? schema.validate(parsed.data.payload) : [schema.message];
  if (faults.length === 0) return { observation: parsed.data, error: null };
  return failed(`bad_output: the payload breaks the output schema: ${faults.slice(0, 3).join('; ')}`);
}

function failed(error: string): { observation: Observation; error: string } {
  return { observation: { status: 'fail', payload: null, prov: [] }, error: short(error) };
}

/**
 * Runs a capability in its sandbox; its calls reach declared dependencies and nothing else. Recorded as an execution,
 * whatever becomes of it.
 * @throws FoundryError sandbox_unavailable, cancelled
 */
export async function runCapability(
  deps: RunDeps,
  capability: CapabilityVersion,
  input: JsonObject,
  options: RunOptions,
): Promise<Execution & { readonly observation: Observation }> {
  const at = deps.clock.now();
  const started = deps.clock.elapsed();
  const { name, version } = capability;
  const id = contentId('exec', { name, version, input, at, random: deps.random() });
  const calls: Recorded[] = [];
  const session = await openSession(deps, capability);
  let judged: { observation: Observation; error: string | null } | undefined;
  let execution: Execution;
  try {
    const outcome = await session.invoke(
      {
        input,
        context: options.context,
        now: at,
        seed: Number.parseInt(id.slice(-7), 16),
        timeoutMs: codeTimeoutMs,
        dependencies: capability.spec.dependencies.capabilities,
        onCall: (call, signal) => answer(deps, capability, { call, calls, options: { ...options, signal } }),
      },
      options.signal,
    );
    judged = outcome.ok ? judge(capability, outcome.value) : failed(`${outcome.reason}: ${outcome.message}`);
  } finally {
    await session.close();
    // A run that was cancelled may have changed something already: it is kept too.
    const result =
      judged ?? failed(options.signal.aborted ? 'cancelled: while it ran' : 'internal: the sandbox failed');
    const durationMs = deps.clock.elapsed() - started;
    execution = executionOf({ id, capability, input, at, options, calls, result, durationMs });
    await keep(deps, execution);
  }
  if (!execution.dry_run) await promoteByUse(deps, capability, options);
  return { ...execution, observation: judged.observation };
}

/** Stores an execution and its evidence; a dry run is no evidence. */
async function keep(deps: RunDeps, execution: Execution): Promise<void> {
  const redacted = await deps.redact(execution);
  await deps.store.library.putExecution(redacted);
  if (redacted.dry_run) return;
  try {
    await deps.recordExecution(redacted);
  } catch (error) {
    // What the run did is done, and the execution is stored: its answer must still reach the caller.
    deps.log.warn('execution_not_in_evidence', {
      execution_id: redacted.execution_id,
      ref: deps.log.report(error, 'call_capability'),
    });
  }
}

/** What this run earned; that a promotion fails must not take the answer from the caller. */
async function promoteByUse(deps: RunDeps, capability: CapabilityVersion, { via, signal }: RunOptions): Promise<void> {
  try {
    await promoteEarned({ deps, capability, context: plainContext(via, signal) });
  } catch (error) {
    deps.log.warn('not_promoted', { name: capability.name, ref: deps.log.report(error, 'call_capability') });
  }
}

function executionOf(run: {
  readonly id: string;
  readonly capability: CapabilityVersion;
  readonly input: JsonObject;
  readonly at: string;
  readonly options: RunOptions;
  readonly calls: readonly Recorded[];
  readonly result: { observation: Observation; error: string | null };
  readonly durationMs: number;
}): Execution {
  return {
    execution_id: run.id,
    name: run.capability.name,
    version: run.capability.version,
    input: run.input,
    observation: run.result.error === null ? run.result.observation : null,
    error: run.result.error,
    calls: run.calls.map((call) => ({ ...call, args: kept(call.args), result: kept(call.result) })),
    dry_run: run.options.effects.kind === 'dry',
    duration_ms: Math.round(run.durationMs * 10) / 10,
    at: run.at,
    via: run.options.via,
  };
}

interface Asked {
  readonly call: CallRequest;
  readonly calls: Recorded[];
  readonly options: RunOptions;
}

/** Answers one call of the code and records it, in the order in which the calls were made. */
async function answer(deps: RunDeps, caller: CapabilityVersion, asked: Asked): Promise<JsonValue> {
  const { name, args } = asked.call;
  const recorded: Recorded = { name, args, result: null, failed: true };
  asked.calls.push(recorded);
  const { capabilities, tools } = caller.spec.dependencies;
  if (!isJsonObject(args)) {
    throw new FoundryError('invalid_input', `The arguments of ${short(name)} are no object.`, 'Pass an object.');
  }
  if (name === fetchName) recorded.result = await fetchFor(deps, caller, { args, recorded, ...asked.options });
  else if (capabilities.includes(name)) recorded.result = await callOther(deps, { name, args, options: asked.options });
  else if (tools.includes(name)) recorded.result = await callTool(deps, caller, { name, args, options: asked.options });
  else {
    throw new FoundryError(
      'invalid_input',
      `${caller.name} called ${short(name)}, which is no declared dependency of it.`,
      'Declare it under dependencies in the spec.',
    );
  }
  recorded.failed = false;
  return recorded.result;
}

interface Target {
  readonly name: string;
  readonly args: JsonObject;
  readonly options: RunOptions;
}

async function callOther(deps: RunDeps, { name, args, options }: Target): Promise<JsonValue> {
  if (options.depth + 1 >= maxDepth) {
    throw new FoundryError('limit', `Capabilities call one another more than ${maxDepth} deep.`, 'Flatten the skill.');
  }
  const called = await deps.store.library.get(name);
  if (!called || called.state === 'deprecated') {
    throw new FoundryError('not_found', `The capability ${name} is gone or deprecated.`, 'Mend the caller.');
  }
  requireValidInput(called, args);
  const run = await runCapability(deps, called, args, { ...options, depth: options.depth + 1 });
  if (run.error !== null) throw new FoundryError('upstream', `${name} failed: ${run.error}.`, 'Read its executions.');
  const { status, payload, prov, type } = run.observation;
  return { status, payload, prov, ...(type !== undefined && { type }) };
}

async function callTool(deps: RunDeps, caller: CapabilityVersion, target: Target): Promise<JsonValue> {
  const { name, args, options } = target;
  const { effects, signal } = options;
  const changes = effects.kind !== 'live' && (await deps.bridge.isDestructive(name));
  if (changes && effects.kind === 'dry') {
    const standIn = recordedAnswer(caller, name, args) ?? {};
    effects.planner.leaveOut(name, args, standIn);
    return standIn;
  }
  if (changes && effects.kind === 'planned' && !effects.ledger.claim(name, args)) {
    throw new FoundryError(
      'conflict',
      `The call of ${name} is not in the confirmed plan.`,
      'What it depends on has changed since the dry run; make another.',
    );
  }
  const result = await deps.bridge.call(name, args, signal);
  if (effects.kind === 'dry') effects.planner.sawReal(result);
  return result;
}
