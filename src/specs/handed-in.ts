import { FoundryError } from '../errors.js';
import { canonicalJson, type JsonObject } from '../json.js';
import type { CapabilityVersion } from '../library/model.js';
import { type CheckContext, type CheckedSpec, checkSpec, skipReasonOf } from './check.js';
import type { GenerateInput } from './contract.js';
import { checkContextFor } from './known.js';
import type { Spec, SpecIssue, SpecRecord } from './model.js';
import type { SpecDeps } from './spec-deps.js';
import { storeSpec } from './store-spec.js';

/**
 * Checks a spec that a client handed in. A name that is taken by the very same thing is no fault: `isSame` says so,
 * and handing it in again stays possible.
 */
export async function checkHandedIn(
  deps: SpecDeps,
  raw: JsonObject,
  options: {
    readonly supersedes: string | null;
    isSame(spec: Spec, existing: CapabilityVersion): Promise<boolean>;
  } & Pick<CheckContext, 'language'>,
): Promise<CheckedSpec> {
  const context = await checkContextFor(raw, deps, options);
  const strict = checkSpec(raw, context);
  if ('spec' in strict || strict.issues.some((issue) => issue.code !== 'name_taken')) return strict;
  const lenient = checkSpec(raw, { ...context, isTaken: () => false });
  if ('issues' in lenient) return strict;
  const existing = await deps.store.library.get(lenient.spec.name);
  return existing && (await options.isSame(lenient.spec, existing)) ? lenient : strict;
}

/** @throws FoundryError invalid_input where the arguments do not go together */
export function checkArguments(input: GenerateInput): void {
  const bad = (message: string, fix: string): FoundryError => new FoundryError('invalid_input', message, fix);
  const given = [input.spec_id, input.spec_ids, input.spec].filter((value) => value !== undefined);
  if (given.length !== 1)
    throw bad(
      'generate_and_gate_code takes exactly one of spec_id, spec_ids, and spec with code.',
      'For example { "spec_id": "spec_..." }, or { "spec": { ... }, "code": "export async function execute(input, ctx) { ... }" }.',
    );
  if (input.spec !== undefined && input.code === undefined)
    throw bad('A spec was handed in without code.', 'Add code, or call propose_spec with the spec first.');
  if (input.spec_ids !== undefined && (input.code !== undefined || input.supersedes !== undefined))
    throw bad('code and supersedes go with one spec.', 'Use spec_id in place of spec_ids.');
}

/** Checks and stores a spec that comes with its code: its author has seen every test. */
export async function recordOfHandedIn(
  deps: SpecDeps,
  input: GenerateInput,
): Promise<{ readonly record: SpecRecord } | { readonly issues: readonly SpecIssue[] }> {
  const raw = input.spec ?? {};
  if (skipReasonOf(raw) !== undefined) {
    const message = 'The spec says that it is to be skipped. Remove "skip" to have its code judged.';
    return { issues: [{ code: 'skip', path: 'skip', message }] };
  }
  const checked = await checkHandedIn(deps, raw, {
    supersedes: input.supersedes ?? null,
    language: input.language ?? 'typescript',
    isSame: async (spec, existing) =>
      existing.code === input.code && canonicalJson(existing.spec) === canonicalJson(spec),
  });
  if ('issues' in checked) return checked;
  const record = await storeSpec(deps, {
    spec: checked.spec,
    hiddenTests: null,
    generator: 'agent',
    clusterId: null,
    clusteringId: null,
    authorSawAll: true,
  });
  return { record };
}
