import * as z from 'zod';
import { isJsonObject, type JsonObject, jsonObject, tryParseJson } from '../../json.js';
import type { FlatMessage } from '../conversation.js';
import { firstIssue, type RowFormat } from './format.js';

const functionName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

const openaiCall = z.strictObject({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.strictObject({
    name: functionName,
    arguments: z.string().refine((text) => isJsonObject(tryParseJson(text)), 'not the JSON text of an object'),
  }),
});

const openaiMessage = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.string().min(1) }),
  z.strictObject({ role: z.literal('user'), content: z.string().min(1) }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.string().nullable(),
    tool_calls: z.array(openaiCall).min(1).optional(),
    weight: z.union([z.literal(0), z.literal(1)]).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), tool_call_id: z.string().min(1), content: z.string() }),
]);

const openaiTool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({ name: functionName, description: z.string(), parameters: jsonObject }),
});

/** A row of OpenAI's chat fine-tuning format: arguments are JSON text, results refer to the ids of calls. */
export const openaiRowSchema = z
  .strictObject({ messages: z.array(openaiMessage).min(1), tools: z.array(openaiTool).min(1).optional() })
  .superRefine((row, context) => {
    const complain = (message: string): void => {
      context.addIssue({ code: 'custom', message });
    };
    const names = (row.tools ?? []).map((tool) => tool.function.name);
    if (new Set(names).size !== names.length) complain('two tools have one name');
    const used = new Set<string>();
    let due = new Set<string>();
    for (const message of row.messages) {
      if (message.role === 'tool') {
        if (!due.delete(message.tool_call_id)) complain(`the result of ${message.tool_call_id} answers no call`);
        continue;
      }
      if (due.size > 0) complain('a call has no result');
      due = new Set();
      if (message.role !== 'assistant') continue;
      for (const call of message.tool_calls ?? []) {
        if (used.has(call.id)) complain(`the id ${call.id} is used twice`);
        used.add(call.id);
        due.add(call.id);
        if (!names.includes(call.function.name)) complain(`${call.function.name} is called but not declared`);
      }
      if (due.size === 0 && !message.content) complain('an empty answer');
    }
    const last = row.messages.at(-1);
    if (last?.role !== 'assistant') complain('the last message is not the assistant');
    if (row.messages.every((message) => message.role !== 'assistant' || message.weight === 0)) {
      complain('no message is left to learn from');
    }
  });

/** The format allows fewer characters in names than tools of MCP servers have (`server.tool`). */
const safeName = (name: string): string => name.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 64);

/** The log's own ids where all calls have one and none repeats; else ids by the place of the call in the row. */
function idOf(messages: readonly FlatMessage[]): (index: number) => string {
  const ids = messages.flatMap((flat) => (flat.kind === 'said' ? flat.turn.calls.map((call) => call.id) : []));
  const own = ids.every((id) => id !== null && id !== '') && new Set(ids).size === ids.length;
  return (index) => (own ? ids[index] : null) ?? `call_${index + 1}`;
}

export const openaiFormat: RowFormat = {
  name: 'openai',
  canMask: true,
  render(messages, options) {
    const id = idOf(messages);
    let made = 0;
    const rendered = messages.map((flat): JsonObject => {
      if (flat.kind === 'answer') {
        return { role: 'tool', tool_call_id: id(flat.callIndex), content: flat.content };
      }
      const { role, text, calls } = flat.turn;
      const said: JsonObject = { role, content: text };
      if (calls.length > 0) {
        said['tool_calls'] = calls.map((call) => ({
          id: id(made++),
          type: 'function',
          function: { name: safeName(call.name), arguments: JSON.stringify(call.args) },
        }));
      }
      if (role === 'assistant' && flat.failed && options.maskFailedSteps) said['weight'] = 0;
      return said;
    });
    const row: JsonObject = { messages: rendered };
    if (options.tools.length > 0) {
      row['tools'] = options.tools.map((tool) => ({
        type: 'function',
        function: { name: safeName(tool.name), description: tool.description, parameters: tool.input_schema },
      }));
    }
    return row;
  },
  problem(row) {
    const checked = openaiRowSchema.safeParse(row);
    return checked.success ? null : firstIssue(checked.error);
  },
};
