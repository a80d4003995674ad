import { parseArgs } from 'node:util';
import * as z from 'zod';
import { readInput, readPage } from '../../resources/read.js';
import { searchEvidenceInput } from '../evidence/contract.js';
import type { JsonObject } from '../json.js';
import { isJsonObject, tryParseJson } from '../json.js';
import { driftInput } from '../knowledge/drift-contract.js';
import { callCapabilityInput, searchCapabilitiesInput } from '../library/contract.js';
import { operations } from '../operations.js';
import type { Services } from '../services.js';
import { type Command, endProgress, UsageError, workContext } from './io.js';

type Work = ReturnType<typeof workContext>;
type Call = (services: Services, input: JsonObject, work: Work) => Promise<unknown>;

/** A command is over once it has answered: nothing goes on with embeddings behind it. */
const searchMs = 60_000;

/** Tools that answer at once; the long ones are in `operations`. */
const quick: Readonly<Record<string, Call>> = {
  search_evidence: (services, input) => services.evidence.search(searchEvidenceInput.parse(input), searchMs),
  search_capabilities: (services, input) => services.library.search(searchCapabilitiesInput.parse(input)),
  call_capability: (services, input, work) =>
    services.library.call(callCapabilityInput.parse(input), work, async () => undefined),
  compare_drift: (services, input, work) => services.knowledge.compareDrift(driftInput.parse(input), work),
  read: (services, input) => readPage(services, readInput.parse(input)),
  // Here a command is its own job: there is none to ask about.
  foundry_status: (services, input) => {
    z.strictObject({}).parse(input);
    return services.status.overview();
  },
};

function callOf(tool: string): Call | undefined {
  const operation = Object.hasOwn(operations, tool) ? operations[tool] : undefined;
  if (!operation) return Object.hasOwn(quick, tool) ? quick[tool] : undefined;
  // The command waits for its work to its end, however long a client would have waited.
  return (services, { wait_ms: _, ...input }, work) => operation(services, input, work);
}

export const callCommand: Command = {
  summary: 'call one tool with JSON and print its result',
  usage: `capability-foundry call TOOL JSON\n  tools: ${[...Object.keys(operations), ...Object.keys(quick)].join(', ')}`,
  async run(context) {
    const { positionals } = parseArgs({ args: [...context.args], allowPositionals: true, options: {} });
    const [tool, text = '{}'] = positionals;
    if (!tool || positionals.length > 2)
      throw new UsageError('Name a tool, and give its arguments as one JSON object.');
    const call = callOf(tool);
    if (!call) throw new UsageError(`There is no tool ${tool}.`);
    const input = tryParseJson(text);
    if (!isJsonObject(input)) throw new UsageError('The arguments are not a JSON object.');
    const result = await asUsage(tool, () => call(context.services(), input, workContext(context, tool)));
    endProgress(context);
    context.out(`${JSON.stringify(result, null, 2)}\n`);
    return 0;
  },
};

/** Arguments that the tool's schema refuses are bad words on the command line. */
async function asUsage<T>(tool: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const told = error.issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
    throw new UsageError(`${tool} does not take these arguments: ${told.join('; ')}.`);
  }
}
