import { parseArgs } from 'node:util';
import { searchEvidenceInput } from '../evidence/contract.js';
import type { JsonObject } from '../json.js';
import { isJsonObject, tryParseJson } from '../json.js';
import { callCapabilityInput, manageCapabilityInput, searchCapabilitiesInput } from '../library/contract.js';
import { operations } from '../operations.js';
import type { Services } from '../services.js';
import { type Command, endProgress, UsageError, workContext } from './io.js';

/** Tools that answer at once; the long ones are in `operations`. */
const quick: Readonly<
  Record<string, (services: Services, input: JsonObject, context: ReturnType<typeof workContext>) => Promise<unknown>>
> = {
  search_evidence: (services, input) => services.evidence.search(searchEvidenceInput.parse(input)),
  search_capabilities: (services, input) => services.library.search(searchCapabilitiesInput.parse(input)),
  call_capability: (services, input, context) =>
    services.library.call(callCapabilityInput.parse(input), context, async () => undefined),
  manage_capability: (services, input, context) => services.library.manage(manageCapabilityInput.parse(input), context),
  foundry_status: (services) => services.status.overview(),
};

export const callCommand: Command = {
  summary: 'call one tool with JSON and print its result',
  usage: `capability-foundry call TOOL JSON\n  tools: ${[...Object.keys(operations), ...Object.keys(quick)].join(', ')}`,
  async run(context) {
    const { positionals } = parseArgs({ args: [...context.args], allowPositionals: true, options: {} });
    const [tool, text = '{}'] = positionals;
    const input = tryParseJson(text);
    if (!tool || positionals.length > 2)
      throw new UsageError('Name a tool, and give its arguments as one JSON object.');
    if (!isJsonObject(input)) throw new UsageError('The arguments are not a JSON object.');
    const services = context.services();
    const work = workContext(context, tool);
    const operation = operations[tool] ?? quick[tool];
    if (!operation) throw new UsageError(`There is no tool ${tool}.`);
    const result = await operation(services, input, work);
    endProgress(context);
    context.out(`${JSON.stringify(result, null, 2)}\n`);
    return 0;
  },
};
