import * as z from 'zod';
import { jsonValue } from '../../json.js';

export const recordingVersion = 1;

const line = {
  mcp_recording: z.literal(recordingVersion),
  session: z.string().min(1),
  at: z.string(),
};
const party = z.object({ name: z.string(), version: z.string().nullable() });

/** The first line of a session: between whom it was. */
const sessionLine = z.object({
  ...line,
  kind: z.literal('session'),
  server: z.string(),
  server_info: party.nullable(),
  client: party.nullable(),
  protocol: z.string().nullable(),
  project: z.string().nullable(),
});
const toolsLine = z.object({ ...line, kind: z.literal('tools'), tools: z.array(jsonValue) });
const callLine = z.object({
  ...line,
  kind: z.literal('call'),
  id: z.string(),
  name: z.string().min(1),
  arguments: jsonValue,
});
const resultLine = z.object({
  ...line,
  kind: z.literal('result'),
  id: z.string(),
  name: z.string(),
  content: jsonValue,
  is_error: z.boolean(),
  ms: z.number(),
});
const endLine = z.object({ ...line, kind: z.literal('end'), calls: z.number(), results: z.number() });

/** A line of a recorded MCP session, as `record` writes it and the importer reads it. */
export const recordingLine = z.discriminatedUnion('kind', [sessionLine, toolsLine, callLine, resultLine, endLine]);
export type RecordingLine = z.infer<typeof recordingLine>;
export type SessionLine = z.infer<typeof sessionLine>;

/** A tool as recordings name it: what the tool bridge resolves where a server of that name is configured. */
export const recordedToolName = (server: string, tool: string): string => `${server}.${tool}`;

/** How a recording calls the source that it is imported as. */
export const recordingSource = (server: string): string => `record:${server}`;
