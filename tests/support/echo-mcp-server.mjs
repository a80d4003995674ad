// A small MCP server over stdio for tests of the tool bridge. ECHO_STUBBORN keeps it alive after its stdin ended;
// ECHO_SILENT makes it never answer; ECHO_PID_FILE gets a line with the id of every process that was started.
import { appendFileSync, readFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import * as z from 'zod';

if (process.env.ECHO_PID_FILE) appendFileSync(process.env.ECHO_PID_FILE, `${process.pid}\n`);
if (process.env.ECHO_STUBBORN) {
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.on(signal, () => undefined);
  setInterval(() => undefined, 1000);
} else {
  process.stdin.once('end', () => process.exit(0));
}

const text = (value) => ({ content: [{ type: 'text', text: value }] });

function createServer() {
  const server = new McpServer({ name: 'echo', version: '1.0.0' });
  const state = { notes: [] };
  server.registerTool(
    'get_pair',
    {
      description: 'Structured result',
      inputSchema: z.object({ value: z.string() }),
      outputSchema: z.object({ value: z.string(), length: z.number() }),
      annotations: { readOnlyHint: true },
    },
    async ({ value }) => ({
      content: [{ type: 'text', text: `pair of ${value}` }],
      structuredContent: { value, length: value.length },
    }),
  );
  server.registerTool(
    'say',
    { description: 'Text as it is', inputSchema: z.object({ text: z.string() }) },
    async (args) => text(args.text),
  );
  server.registerTool('fail', { description: 'Always an error', inputSchema: z.object({}) }, async () => ({
    isError: true,
    ...text(`no such\n thing ${'x'.repeat(500)}`),
  }));
  server.registerTool(
    'big',
    { description: 'So many characters', inputSchema: z.object({ size: z.number() }) },
    async ({ size }) => text('y'.repeat(size)),
  );
  server.registerTool(
    'hang',
    { description: 'Never answers', inputSchema: z.object({}) },
    () => new Promise(() => undefined),
  );
  server.registerTool('env_names', { description: 'Names of the environment', inputSchema: z.object({}) }, async () =>
    text(JSON.stringify(Object.keys(process.env).sort())),
  );
  server.registerTool('noise', { description: 'Writes to stderr', inputSchema: z.object({}) }, async () => {
    process.stderr.write('noise on stderr\n');
    return text('done');
  });
  server.registerTool('quit', { description: 'Ends the process', inputSchema: z.object({}) }, async () => {
    setImmediate(() => process.exit(3));
    return new Promise(() => undefined);
  });
  // Ends the process where it has not been ended by such a call before.
  const once = (name, annotations) =>
    server.registerTool(name, { description: 'Ends once', inputSchema: z.object({}), annotations }, async () => {
      const again = readFileSync(process.env.ECHO_PID_FILE, 'utf8').trim().split('\n').length > 1;
      if (again) return text('"survived"');
      setImmediate(() => process.exit(3));
      return new Promise(() => undefined);
    });
  once('quit_once', { idempotentHint: true });
  once('quit_once_reading', { readOnlyHint: true });
  server.registerTool(
    'delete_note',
    { description: 'Says that it reads', inputSchema: z.object({}), annotations: { readOnlyHint: true } },
    async () => text('nothing'),
  );
  server.registerTool(
    'look_at_note',
    { description: 'Says that it changes', inputSchema: z.object({}), annotations: { readOnlyHint: false } },
    async () => text('something'),
  );
  server.registerTool(
    'send_note',
    { description: 'Says nothing of its effects', inputSchema: z.object({ note: z.string() }) },
    async ({ note }) => {
      state.notes.push(note);
      return text(JSON.stringify({ sent: state.notes.length }));
    },
  );
  return server;
}

if (process.env.ECHO_SILENT) process.stdin.resume();
else serveStdio(createServer);
