import * as z from 'zod';
import { type JsonObject, jsonObject } from '../../json.js';
import type { FlatMessage } from '../conversation.js';
import { firstIssue, type RowFormat } from './format.js';

const toolName = z.string().min(1);

const trlCall = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({ name: toolName, arguments: jsonObject }),
});

const trlMessage = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: z.string().min(1) }),
  z.strictObject({ role: z.literal('user'), content: z.string().min(1) }),
  z.strictObject({ role: z.literal('assistant'), content: z.string(), tool_calls: z.array(trlCall).min(1).optional() }),
  z.strictObject({ role: z.literal('tool'), name: toolName, content: z.string() }),
]);

const trlTool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({ name: toolName, description: z.string(), parameters: jsonObject }),
});

/** A row of TRL's conversational format with tools: arguments are objects, a tool message has the tool's name. */
export const trlRowSchema = z
  .strictObject({ messages: z.array(trlMessage).min(1), tools: z.array(trlTool).min(1).optional() })
  .superRefine((row, context) => {
    const complain = (message: string): void => {
      context.addIssue({ code: 'custom', message });
    };
    const declared = new Set((row.tools ?? []).map((tool) => tool.function.name));
    let due: string[] = [];
    for (const message of row.messages) {
      if (message.role === 'tool') {
        if (due.shift() !== message.name) complain(`a result of ${message.name} answers no call`);
        continue;
      }
      if (due.length > 0) complain(`a call of ${due[0]} has no result`);
      due = message.role === 'assistant' ? (message.tool_calls ?? []).map((call) => call.function.name) : [];
      for (const name of due) if (!declared.has(name)) complain(`${name} is called but not declared`);
      if (message.role === 'assistant' && due.length === 0 && message.content === '') complain('an empty answer');
    }
    if (row.messages.at(-1)?.role !== 'assistant') complain('the last message is not the assistant');
  });

function message(flat: FlatMessage): JsonObject {
  if (flat.kind === 'answer') return { role: 'tool', name: flat.call.name, content: flat.content };
  const { role, text, calls } = flat.turn;
  const said: JsonObject = { role, content: text ?? '' };
  if (calls.length > 0) {
    said['tool_calls'] = calls.map((call) => ({
      type: 'function',
      function: { name: call.name, arguments: call.args },
    }));
  }
  return said;
}

/**
 * TRL has no mask for a single message: a failed call stays in the row, with its error, as the context of what the agent
 * did next. The provenance lists such messages under `failed_steps`, and the card says so.
 */
export const trlFormat: RowFormat = {
  name: 'trl',
  canMask: false,
  render(messages, options) {
    const row: JsonObject = { messages: messages.map(message) };
    if (options.tools.length > 0) {
      row['tools'] = options.tools.map((tool) => ({
        type: 'function',
        function: { name: tool.name, description: tool.description, parameters: tool.input_schema },
      }));
    }
    return row;
  },
  problem(row) {
    const checked = trlRowSchema.safeParse(row);
    return checked.success ? null : firstIssue(checked.error);
  },
};
