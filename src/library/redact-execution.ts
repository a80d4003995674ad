import { createRedactionPolicy, type RedactionPolicy } from '../evidence/redact.js';
import type { RedactionConfig } from '../evidence/redaction-config.js';
import type { JsonObject, JsonValue } from '../json.js';
import type { Execution } from './model.js';

/** What is to be kept out of the store is taken out of an execution before it is recorded; the caller sees it whole. */
export type RedactExecution = (execution: Execution) => Promise<Execution>;

/** @param config what is looked for beside secrets, and what is left */
export function createExecutionRedactor(config?: RedactionConfig): RedactExecution {
  let policy: RedactionPolicy | undefined;
  return async (execution) => {
    policy ??= createRedactionPolicy(config);
    const { input, observation, error, calls } = execution;
    const found = await policy.search([input, { ...observation }, error, calls as unknown as JsonValue]);
    const redactor = policy.runRedactor();
    const redact = <T extends JsonValue>(value: T): T => redactor.redact(value, found) as T;
    return {
      ...execution,
      input: redact<JsonObject>(input),
      observation: observation && {
        ...observation,
        payload: redact(observation.payload),
        prov: redact(observation.prov),
      },
      error: redact(error),
      calls: calls.map((call) => ({
        ...call,
        name: redact(call.name),
        args: redact(call.args),
        result: redact(call.result),
      })),
    };
  };
}
