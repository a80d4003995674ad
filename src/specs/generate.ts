import type { WorkContext } from '../context.js';
import { FoundryError, throwIfCancelled } from '../errors.js';
import type { CodeBrief, Generator } from '../generate/model.js';
import type { CapabilityVersion } from '../library/model.js';
import { type TryOutcome, tryCode } from './attempt.js';
import type { GenerateInput, GenerateOutput, GenerateResult } from './contract.js';
import { dependenciesFirst } from './dependency-order.js';
import { survivorsOf, visibleFailure } from './failure-text.js';
import { checkArguments, recordOfHandedIn } from './handed-in.js';
import type { SpecRecord } from './model.js';
import { type Admitted, admittedBefore, identicalTo } from './naming.js';
import { capabilityNotFound, specNotFound } from './near.js';
import { noteOnVersion } from './note-on-version.js';
import { pickGenerator } from './pick-generator.js';
import type { SpecDeps } from './spec-deps.js';

const defaultRetries = 3;

interface Work {
  readonly input: GenerateInput;
  readonly superseded: CapabilityVersion | null;
}

type Answer = { readonly result: GenerateResult; readonly brief?: CodeBrief };

async function baseResult(
  deps: SpecDeps,
  record: SpecRecord,
): Promise<Pick<GenerateResult, 'spec_id' | 'name' | 'attempts' | 'report_uri'>> {
  const attempts = await deps.store.library.attemptsOfSpec(record.spec_id);
  const last = attempts.at(-1);
  return {
    spec_id: record.spec_id,
    name: record.spec.name,
    attempts: attempts.length,
    report_uri: last ? `attempts://${last.attempt_id}` : `specs://${record.spec_id}`,
  };
}

function reference(capability: CapabilityVersion): NonNullable<GenerateResult['capability']> {
  const { name, version, kind } = capability;
  return { name, version, kind, uri: `capability://${name}/${version}` };
}

async function resultWithout(
  deps: SpecDeps,
  record: SpecRecord,
  status: GenerateResult['status'],
  reasons: string[],
): Promise<GenerateResult> {
  return { ...(await baseResult(deps, record)), status, reasons };
}

async function resultOfAdmitted(
  deps: SpecDeps,
  record: SpecRecord,
  { capability, attemptId }: Admitted,
  context: WorkContext,
): Promise<GenerateResult> {
  const note = await noteOnVersion(deps, capability, context);
  return {
    ...(await resultWithout(deps, record, 'admitted', [])),
    name: capability.name,
    capability: reference(capability),
    report_uri: `attempts://${attemptId}`,
    ...(note !== undefined && { note }),
  };
}

async function resultOfTry(
  deps: SpecDeps,
  record: SpecRecord,
  outcome: TryOutcome,
  context: WorkContext,
): Promise<GenerateResult> {
  const { report, capability, refusal, attemptId } = outcome;
  if (capability) return resultOfAdmitted(deps, record, { capability, attemptId }, context);
  return {
    ...(await baseResult(deps, record)),
    status: refusal === null ? report.verdict : 'rejected',
    ...(report.failed_stage && { failed_stage: report.failed_stage }),
    reasons: refusal === null ? report.reasons : [refusal],
    report_uri: `attempts://${attemptId}`,
  };
}

function generatorFor(deps: SpecDeps, record: SpecRecord, input: GenerateInput): Generator {
  if (input.generator === undefined) return pickGenerator(deps, record.generator);
  if (input.generator !== 'auto') return pickGenerator(deps, input.generator);
  if (record.generator === 'agent' && deps.generators.openai) return deps.generators.openai;
  return pickGenerator(deps, record.generator);
}

/** The brief for whoever wrote the code, with what the gate said of the last try. */
async function briefFor(deps: SpecDeps, record: SpecRecord, context: WorkContext): Promise<CodeBrief | undefined> {
  const last = (await deps.store.library.attemptsOfSpec(record.spec_id)).at(-1);
  const answer = await pickGenerator(deps, 'agent').generate(
    {
      record,
      lastFailure: last ? visibleFailure(last.report) : null,
      lastCode: null,
      attempt: (last?.ordinal ?? 0) + 1,
    },
    context,
  );
  if (answer.kind !== 'brief') return undefined;
  const survivors = last ? survivorsOf(last.report) : [];
  return survivors.length > 0 ? { ...answer.brief, survivors } : answer.brief;
}

async function judgeHandedIn(
  deps: SpecDeps,
  record: SpecRecord,
  work: Work & { readonly code: string },
  context: WorkContext,
): Promise<Answer> {
  const { code, input, superseded } = work;
  const language = input.language ?? 'typescript';
  const same = await identicalTo(deps.store, record, { code, language });
  if (same) return { result: await resultOfAdmitted(deps, record, same, context) };
  const outcome = await tryCode(deps, { record, generator: 'agent', code, language, superseded }, context);
  const result = await resultOfTry(deps, record, outcome, context);
  if (result.status === 'admitted') return { result };
  const brief = await briefFor(deps, record, context);
  return brief ? { result, brief } : { result };
}

async function generateAndJudge(deps: SpecDeps, record: SpecRecord, work: Work, context: WorkContext): Promise<Answer> {
  const before = work.superseded ? undefined : await admittedBefore(deps.store, record);
  if (before) return { result: await resultOfAdmitted(deps, record, before, context) };
  const generator = generatorFor(deps, record, work.input);
  const tries = 1 + (generator.name === 'openai' ? (work.input.retries ?? defaultRetries) : 0);
  let lastFailure: string | null = null;
  let lastCode: string | null = null;
  let outcome: TryOutcome | undefined;
  let none = 'the generator gave no code';
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    throwIfCancelled(context.signal);
    const answer = await generator.generate({ record, lastFailure, lastCode, attempt }, context);
    if (answer.kind === 'brief') {
      const brief = (await briefFor(deps, record, context)) ?? answer.brief;
      return { result: await resultWithout(deps, record, 'brief', []), brief };
    }
    if (answer.kind === 'none') {
      none = answer.reason;
      if (!answer.retry) break;
      lastFailure = answer.reason;
      lastCode = null;
      continue;
    }
    const { code, language } = answer;
    outcome = await tryCode(
      deps,
      { record, generator: generator.name, code, language, superseded: work.superseded },
      context,
    );
    if (outcome.report.verdict !== 'rejected') break;
    lastFailure = visibleFailure(outcome.report);
    lastCode = code;
  }
  if (!outcome) return { result: await resultWithout(deps, record, 'inconclusive', [none]) };
  return { result: await resultOfTry(deps, record, outcome, context) };
}

async function handleOne(deps: SpecDeps, record: SpecRecord, work: Work, context: WorkContext): Promise<Answer> {
  const { code } = work.input;
  try {
    if (code !== undefined) return await judgeHandedIn(deps, record, { ...work, code }, context);
    return await generateAndJudge(deps, record, work, context);
  } catch (error) {
    // A name that is taken, and hidden tests that were asked too often, are results, not failures of the work.
    if (!(error instanceof FoundryError) || (error.code !== 'conflict' && error.code !== 'limit')) throw error;
    const status = error.code === 'conflict' ? 'rejected' : 'inconclusive';
    return { result: await resultWithout(deps, record, status, [`${error.message} ${error.fix}`]) };
  }
}

async function recordsOf(deps: SpecDeps, ids: readonly string[]): Promise<SpecRecord[]> {
  const records: SpecRecord[] = [];
  for (const id of new Set(ids)) {
    const record = await deps.store.specs.getSpec(id);
    if (!record) throw await specNotFound(deps.store, id);
    records.push(record);
  }
  return records;
}

/** Failed calls to a model, in a row, after which the endpoint is taken to be down. */
const patience = 3;

/**
 * One spec after another. Where there are several, a model that fails for one leaves that one open and the others go on;
 * one that fails for all is an error.
 */
async function handleAll(
  deps: SpecDeps,
  records: readonly SpecRecord[],
  work: Work,
  context: WorkContext,
): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  let failedInARow = 0;
  let failed = 0;
  for (const record of dependenciesFirst(records)) {
    throwIfCancelled(context.signal);
    context.progress(answers.size, records.length, record.spec.name);
    try {
      answers.set(record.spec_id, await handleOne(deps, record, work, context));
      failedInARow = 0;
    } catch (error) {
      failedInARow += 1;
      failed += 1;
      const passing = error instanceof FoundryError && (error.code === 'upstream' || error.code === 'timeout');
      if (!passing || failed === records.length || failedInARow >= patience) throw error;
      const reason = `${error.code}: ${error.message} ${error.fix}`;
      answers.set(record.spec_id, { result: await resultWithout(deps, record, 'inconclusive', [reason]) });
    }
  }
  context.progress(records.length, records.length, 'done');
  return answers;
}

/**
 * Gets code for specs, has the gate judge it and admits what passes. What passed before is not done again.
 * @throws FoundryError invalid_input, not_found, needs_setup, upstream, timeout, budget_exceeded, sandbox_unavailable, cancelled
 */
export async function generateAndGate(
  deps: SpecDeps,
  input: GenerateInput,
  context: WorkContext,
): Promise<GenerateOutput> {
  checkArguments(input);
  const superseded = input.supersedes === undefined ? null : await deps.store.library.get(input.supersedes);
  if (superseded === undefined) throw await capabilityNotFound(deps.store, input.supersedes ?? '');
  const work: Work = { input, superseded };

  let records: SpecRecord[];
  if (input.spec !== undefined) {
    const handedIn = await recordOfHandedIn(deps, input);
    if ('issues' in handedIn) return { results: [], admitted: 0, issues: [...handedIn.issues] };
    records = [handedIn.record];
  } else records = await recordsOf(deps, input.spec_ids ?? (input.spec_id === undefined ? [] : [input.spec_id]));

  const answers = await handleAll(deps, records, work, context);
  const ordered = records.map((record) => answers.get(record.spec_id)).filter((answer) => answer !== undefined);
  const brief = ordered.find((answer) => answer.brief !== undefined)?.brief;
  const results = ordered.map((answer) => answer.result);
  return {
    results,
    admitted: results.filter((result) => result.status === 'admitted').length,
    ...(brief && { brief }),
  };
}
