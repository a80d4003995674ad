import { isJsonObject, type JsonValue } from '../../json.js';
import { readArguments } from './chat.js';
import {
  emptyContent,
  type ImportEvent,
  type Importer,
  type Item,
  ignored,
  noFacts,
  type RecordContent,
  type RunFacts,
  rejected,
} from './importer.js';
import { type RecordingLine, recordingLine, type SessionLine } from './recording-lines.js';

function parsed(value: JsonValue): RecordingLine | string {
  const line = recordingLine.safeParse(value);
  if (line.success) return line.data;
  const where = line.error.issues[0]?.path.join('.') || 'the line';
  return `not a line of a recording at ${where}`;
}

function readLine(value: JsonValue): RecordContent | string {
  const line = parsed(value);
  if (typeof line === 'string') return line;
  if (line.kind === 'call') {
    const call = { id: line.id, name: line.name, ...readArguments(line.arguments) };
    return { ...emptyContent, role: 'assistant', timestamp: line.at, tool_calls: [call] };
  }
  if (line.kind === 'result') {
    const { id, name, content, is_error } = line;
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    return {
      ...emptyContent,
      role: 'tool',
      timestamp: line.at,
      text,
      tool_result: { call_id: id, name, content, is_error },
    };
  }
  return 'not a call or a result';
}

function factsOf(session: string, header: SessionLine | undefined): RunFacts {
  return {
    ...noFacts,
    native_id: session,
    session_id: session,
    project: header?.project ?? null,
    agent: header?.client?.name ?? null,
  };
}

async function* read(items: AsyncIterable<Item>): AsyncGenerator<ImportEvent> {
  const headers = new Map<string, SessionLine>();
  for await (const item of items) {
    if ('rejected' in item) {
      yield item.rejected;
      continue;
    }
    const line = parsed(item.span.value);
    if (typeof line === 'string') yield rejected(item.span, line);
    else if (line.kind === 'tools') yield { event: 'tools', tools: line.tools };
    else if (line.kind === 'session' || line.kind === 'end') {
      if (line.kind === 'session') headers.set(line.session, line);
      yield ignored(item.span, `session_${line.kind === 'end' ? 'end' : 'begin'}`);
    } else {
      yield {
        event: 'run',
        key: { by: 'native', id: line.session },
        facts: factsOf(line.session, headers.get(line.session)),
        drafts: [{ span: item.span, nativeId: `${line.session}/${line.id}/${line.kind}`, read: readLine }],
      };
    }
  }
}

/** Sessions that `record` wrote down: a call or a result a line; a session is a run. */
export const mcpRecording: Importer = {
  format: 'mcp_recording',
  version: 1,
  recognizes: (value) => isJsonObject(value) && 'mcp_recording' in value,
  decides: (value) => isJsonObject(value) && 'mcp_recording' in value && typeof value['session'] === 'string',
  read,
};
