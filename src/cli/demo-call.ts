import type { WorkContext } from '../context.js';
import type { CapabilityVersion } from '../library/model.js';
import type { Services } from '../services.js';

export interface DemoCall {
  readonly name: string;
  readonly input: string;
  readonly status: string;
  readonly payload: string;
  readonly tool_calls: number;
}

/**
 * Calls one of the learnt skills against the live help desk, on an input of its first test.
 * One that changes things is planned first and then confirmed by its plan, as a client would.
 * @returns null where none could be called
 */
export async function callLearntSkill(
  services: Services,
  names: readonly string[],
  context: WorkContext,
): Promise<DemoCall | null> {
  const versions: CapabilityVersion[] = [];
  for (const name of names) {
    const version = await services.store.library.get(name);
    if (version) versions.push(version);
  }
  versions.sort((a, b) => Number(b.destructive) - Number(a.destructive) || (a.name < b.name ? -1 : 1));
  for (const version of versions) {
    const input = version.spec.tests[0]?.input;
    if (!input) continue;
    const cannotAsk = async (): Promise<undefined> => undefined;
    const plan = version.destructive
      ? await services.library.call({ name: version.name, input, dry_run: true }, context, cannotAsk)
      : undefined;
    const result = await services.library.call(
      { name: version.name, input, plan_id: plan?.plan_id },
      context,
      cannotAsk,
    );
    if (result.status !== 'ok') continue;
    const execution = await services.store.library.getExecution(result.execution_id);
    return {
      name: version.name,
      input: JSON.stringify(input),
      status: result.status,
      payload: JSON.stringify(result.payload).slice(0, 200),
      tool_calls: execution?.calls.length ?? 0,
    };
  }
  return null;
}
