import type { WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import { contentId, hashOf } from '../hash.js';
import type { JsonValue } from '../json.js';
import { changesMade } from './changes-made.js';
import type { CallCapabilityInput, CallCapabilityOutput } from './contract.js';
import type { LibraryDeps } from './deps.js';
import { maxRequests } from './fetch.js';
import type { CapabilityVersion, PlannedCall } from './model.js';
import { PlanLedger, Planner, sealed } from './plans.js';
import { needed, type Requirements, requirementsOf } from './requirements.js';
import { type Effects, type RunDeps, type RunOptions, requireValidInput, runCapability } from './run.js';
import type { Confirm } from './service.js';

const planMinutes = 15;
const maxShownInput = 300;

/** @throws FoundryError not_found with names that come close */
export async function findVersion(
  { store }: Pick<LibraryDeps, 'store'>,
  name: string,
  version?: number,
): Promise<CapabilityVersion> {
  const capability = await store.library.get(name, version);
  if (capability) return capability;
  const current = version === undefined ? null : await store.library.get(name);
  if (current)
    throw new FoundryError(
      'not_found',
      `"${name}" has no version ${version}.`,
      `Its current version is ${current.version}; leave version out to have that one.`,
    );
  const near = (await store.library.searchText(name.replaceAll('_', ' '), 3)).map((hit) => hit.name);
  throw new FoundryError(
    'not_found',
    `No capability is named "${name}".`,
    near.length > 0 ? `Names that come close: ${near.join(', ')}.` : 'Find one with search_capabilities.',
  );
}

async function findCallable(deps: RunDeps, name: string, version?: number): Promise<CapabilityVersion> {
  const capability = await findVersion(deps, name, version);
  if (capability.state === 'deprecated' && version === undefined) {
    throw new FoundryError(
      'conflict',
      `"${name}" is deprecated.`,
      `Search for another, or name the version (${capability.version}) to run it all the same.`,
    );
  }
  return capability;
}

async function requireReady(
  { bridge }: Pick<RunDeps, 'bridge'>,
  capability: CapabilityVersion,
  { missing, gone, notGranted }: Requirements,
): Promise<void> {
  if (notGranted.length > 0) {
    throw new FoundryError(
      'needs_setup',
      `${capability.name} needs what the operator has not granted: ${notGranted.join(', ')}.`,
      'Only the operator can grant it, under that key of foundry.config.json.',
    );
  }
  if (gone.length > 0) {
    throw new FoundryError(
      'needs_setup',
      `${capability.name} calls what is deprecated or gone: ${gone.join(', ')}.`,
      `Read capability://${gone[0]} for the reason; ${capability.name} is ready again when that is back.`,
    );
  }
  const [first] = missing;
  if (first === undefined) return;
  const { message, fix } = await bridge.whyMissing(first);
  throw new FoundryError(
    'needs_setup',
    `${capability.name} needs what is not there: ${missing.join(', ')}. ${message}`,
    fix,
  );
}

interface Permission {
  readonly effects: Effects;
  readonly via: WorkContext['via'];
}

/**
 * Decides how calls that change something are treated: the person's word; where nobody can be asked, a plan that was made
 * before; or a dry run. A plan does not stand in for a person who can be asked.
 */
async function permit(
  deps: RunDeps,
  request: {
    readonly capability: CapabilityVersion;
    readonly input: CallCapabilityInput;
    readonly needs: Requirements;
    readonly context: WorkContext;
    readonly confirm: Confirm;
  },
): Promise<Permission> {
  const { capability, input, needs, context, confirm } = request;
  const { via } = context;
  if (input.dry_run) return { effects: { kind: 'dry', planner: new Planner(inputOf(input)) }, via };
  // A client may repeat the whole call with the person's answer: nothing is used up before the question.
  const answer = needs.destructive ? await confirm(question(capability, input, needs)) : undefined;
  if (answer === false) {
    throw new FoundryError(
      'cancelled',
      `${capability.name} was not confirmed; nothing was changed.`,
      'Ask the person.',
    );
  }
  const said = answer === true && via !== 'cli' ? 'elicited' : via;
  if (input.plan_id !== undefined) return { effects: await takePlan(deps, capability, input), via: said };
  if (answer === true || !needs.destructive) return { effects: { kind: 'live' }, via: said };
  throw new FoundryError(
    'conflict',
    `${capability.name} changes things, and nobody could be asked.`,
    'Call it again with dry_run: true to see what it would do, then with the plan_id that comes back and the same input.',
  );
}

function question(capability: CapabilityVersion, input: CallCapabilityInput, needs: Requirements): string {
  const shown = JSON.stringify(input.input);
  const clipped = shown.length > maxShownInput ? `${shown.slice(0, maxShownInput)}...` : shown;
  const tools = needs.changing.length > 0 ? ` It may call: ${needs.changing.join(', ')}.` : '';
  const hosts = needs.hosts.length > 0 ? ` It may reach: ${needs.hosts.join(', ')}.` : '';
  return `Run ${capability.name} (version ${capability.version}), which changes things?${tools}${hosts} Input: ${clipped}`;
}

/** What a plan is bound to: everything that the caller hands in. */
function inputOf(input: CallCapabilityInput): JsonValue {
  return { input: input.input, context: input.context ?? null };
}

async function takePlan(deps: RunDeps, capability: CapabilityVersion, input: CallCapabilityInput): Promise<Effects> {
  const plan = await deps.store.library.takePlan(input.plan_id ?? '');
  const refuse = (message: string): FoundryError =>
    new FoundryError('conflict', message, 'Make another dry run (dry_run: true); a plan holds for one call.');
  if (!plan) throw refuse('There is no such plan, or it was used already.');
  if (plan.name !== capability.name || plan.version !== capability.version) {
    throw refuse(
      `The plan is of ${plan.name} version ${plan.version}, not of ${capability.name} ${capability.version}.`,
    );
  }
  if (plan.input_hash !== hashOf(inputOf(input))) throw refuse('The input differs from that of the dry run.');
  if (Date.parse(deps.clock.now()) - Date.parse(plan.created_at) > planMinutes * 60_000) {
    throw refuse(`The plan is older than ${planMinutes} minutes.`);
  }
  return { kind: 'planned', ledger: new PlanLedger(plan.planned_calls) };
}

/** Runs a capability for a caller. @throws FoundryError as LibraryService.call */
export async function callCapability(
  deps: RunDeps,
  input: CallCapabilityInput,
  { context, confirm }: { readonly context: WorkContext; readonly confirm: Confirm },
): Promise<CallCapabilityOutput> {
  if (input.dry_run && input.plan_id !== undefined) {
    throw new FoundryError('invalid_input', 'dry_run and plan_id exclude one another.', 'Leave one of them out.');
  }
  const capability = await findCallable(deps, input.name, input.version);
  requireValidInput(capability, input.input);
  const needs = await requirementsOf(capability, needed(deps));
  await requireReady(deps, capability, needs);
  const permission = await permit(deps, { capability, input, needs, context, confirm });
  const options: RunOptions = {
    ...permission,
    context: input.context ?? null,
    depth: 0,
    requests: { left: maxRequests },
    signal: context.signal,
  };
  const run = await runCapability(deps, capability, input.input, options);
  const note = changesMade(run, capability, needs);
  const output: CallCapabilityOutput = {
    status: run.observation.status,
    payload: run.observation.payload,
    prov: run.observation.prov,
    execution_id: run.execution_id,
    duration_ms: run.duration_ms,
    ...(run.error === null ? {} : { error: run.error }),
    ...(note === undefined ? {} : { note }),
  };
  if (permission.effects.kind !== 'dry') return output;
  const { calls } = permission.effects.planner;
  return { ...output, ...(await planFor(deps, { capability, input, needs, calls, error: run.error })) };
}

/**
 * What a dry run adds. It makes reading calls live; calls that change something it leaves out and answers with a recorded
 * answer to such a call. Code that could not go on with that answer has shown only a part of what it would do: such a part
 * is told, but no plan_id is given for it, since a run on its strength could stop half-way.
 */
async function planFor(
  deps: RunDeps,
  run: {
    readonly capability: CapabilityVersion;
    readonly input: CallCapabilityInput;
    readonly needs: Requirements;
    readonly calls: readonly PlannedCall[];
    readonly error: string | null;
  },
): Promise<Partial<CallCapabilityOutput>> {
  const planned = run.calls.map(({ name, args }) => ({ name, args }));
  if (!run.needs.destructive) return { planned_calls: [], note: 'A dry run of what changes nothing is a real run.' };
  if (run.error !== null) {
    return {
      planned_calls: planned,
      note: `The dry run stopped before its end, so no plan_id was given${planned.length > 0 ? ', and more calls than the planned ones may follow' : ''}.`,
    };
  }
  if (planned.length === 0) {
    return {
      planned_calls: [],
      note: 'Nothing would change: with this input no call that changes something is made. So no plan_id was given.',
    };
  }
  const body = {
    name: run.capability.name,
    version: run.capability.version,
    input_hash: hashOf(inputOf(run.input)),
    planned_calls: run.calls.map(sealed),
    created_at: deps.clock.now(),
  };
  const plan = { ...body, plan_id: contentId('plan', { ...body, random: deps.random() }) };
  await deps.store.library.putPlan(plan);
  return {
    planned_calls: planned,
    plan_id: plan.plan_id,
    note:
      `Nothing was changed. Calls that change something were answered with recorded examples, so the payload is no real ` +
      `result. To run it, repeat the call with this plan_id and the same input within ${planMinutes} minutes.`,
  };
}
