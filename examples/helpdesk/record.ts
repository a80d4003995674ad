import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { type Message, type Noise, type Recording, workThrough } from './agent.js';
import { createDesk } from './data.js';
import { deskTools } from './tools.js';

export interface RecordOptions {
  readonly seed: number;
  readonly tickets: number;
  readonly noise?: Noise;
}

export interface RecordedFiles {
  readonly files: readonly string[];
  readonly runs: number;
  readonly succeeded: number;
}

const definitions = deskTools.map((tool) => {
  const { $schema: _, ...parameters } = z.toJSONSchema(tool.input) as Record<string, unknown>;
  return { type: 'function', function: { name: tool.name, description: tool.description, parameters } };
});

/** Every fifth run is recorded as a coding agent's session, without an outcome; the others as chat logs with one. */
const isSession = (place: number): boolean => place % 5 === 4;

/** Runs the scripted agent over a fresh help desk and writes what it did, in two formats, into a folder. */
export async function recordHelpdesk(folder: string, options: RecordOptions): Promise<RecordedFiles> {
  const desk = createDesk(options.seed, options.tickets);
  await mkdir(join(folder, 'sessions'), { recursive: true });
  const chat: string[] = [];
  const files: string[] = [];
  let place = 0;
  let succeeded = 0;
  for (const recording of workThrough(desk, options.seed, options.noise)) {
    succeeded += recording.reward;
    if (isSession(place)) {
      const file = join(folder, 'sessions', `${uuidOf(recording.id)}.jsonl`);
      await writeFile(file, claudeCodeSession(recording, place));
      files.push(file);
    } else chat.push(openaiChatLine(recording));
    place++;
  }
  const log = join(folder, 'chat-log.jsonl');
  await writeFile(log, chat.join(''));
  return { files: [log, ...files], runs: place, succeeded };
}

function openaiChatLine({ id, ticket, messages, reward }: Recording): string {
  const shown = messages.map(({ tool_calls, is_error: _, ...message }) => ({
    ...message,
    ...(tool_calls && {
      tool_calls: tool_calls.map((call) => ({
        id: call.id,
        type: 'function',
        function: { name: call.name, arguments: JSON.stringify(call.args) },
      })),
    }),
  }));
  const line = {
    id,
    model: 'desk-agent-1',
    messages: shown,
    tools: definitions,
    reward,
    metadata: { task_id: ticket.ticket_id },
  };
  return `${JSON.stringify(line)}\n`;
}

/** A stable UUID out of a text: sessions carry UUIDs. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function claudeCodeSession({ id, messages }: Recording, place: number): string {
  const sessionId = uuidOf(id);
  const start = Date.UTC(2026, 0, 5, 8) + place * 60_000;
  let parentUuid: string | null = null;
  const lines: string[] = [];
  for (const [index, message] of messages.entries()) {
    const content = sessionContent(message);
    if (!content) continue;
    const uuid = uuidOf(`${id}/${index}`);
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    lines.push(
      JSON.stringify({
        type: role,
        uuid,
        parentUuid,
        sessionId,
        isSidechain: false,
        userType: 'external',
        cwd: '/home/desk/helpdesk',
        version: '2.1.0',
        timestamp: new Date(start + index * 2_000).toISOString(),
        message:
          role === 'assistant'
            ? { id: `msg_${uuid.slice(0, 8)}`, type: 'message', role, model: 'desk-agent-1', content }
            : { role, content },
      }),
    );
    parentUuid = uuid;
  }
  return `${lines.join('\n')}\n`;
}

function sessionContent(message: Message): unknown {
  if (message.role === 'system') return undefined;
  if (message.role === 'user') return message.content;
  if (message.role === 'tool')
    return [
      {
        type: 'tool_result',
        tool_use_id: message.tool_call_id,
        content: message.content,
        is_error: message.is_error === true,
      },
    ];
  if (message.tool_calls)
    return message.tool_calls.map((call) => ({
      type: 'tool_use',
      id: call.id,
      name: `mcp__helpdesk__${call.name}`,
      input: call.args,
    }));
  return [{ type: 'text', text: message.content }];
}
