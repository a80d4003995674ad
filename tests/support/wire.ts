import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { Client, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport as LegacyTransport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { builtProgram } from './built.js';
import { cleanEnvironment } from './program.js';

export interface ServerOptions {
  readonly home: string;
  readonly readRoots?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The person at the client; without one it cannot ask. */
  readonly person?: (question: string) => boolean;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The built program as a host starts it: over pipes, with the working directory `/`. */
export class ServerProcess implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly child: ChildProcessWithoutNullStreams;
  readonly exited: Promise<Exit>;
  /** Every line that came over stdout. */
  readonly lines: string[] = [];
  stderr = '';

  constructor({ home, readRoots = [], env = {} }: Omit<ServerOptions, 'person'>) {
    this.child = spawn(process.execPath, [builtProgram(), 'serve'], {
      cwd: '/',
      env: cleanEnvironment(home, { FOUNDRY_READ_ROOTS: readRoots.join(':'), ...env }),
      stdio: 'pipe',
    });
    this.child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      this.stderr += chunk;
    });
    this.exited = new Promise((resolve) => this.child.once('close', (code, signal) => resolve({ code, signal })));
    // Not by node:readline: from Node 24 on it takes U+2028 for the end of a line, which the protocol does not.
    let rest = '';
    this.child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.hear(line);
    });
  }

  private hear(line: string): void {
    this.lines.push(line);
    try {
      this.onmessage?.(JSON.parse(line));
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async start(): Promise<void> {
    this.child.once('close', () => this.onclose?.());
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  /** Closes stdin, as a host does that quits. */
  async close(): Promise<void> {
    this.child.stdin.end();
  }

  /** How it ended; killed where it had not ended by itself within the time, which its signal then tells. */
  async end(withinMs: number): Promise<Exit> {
    const timer = setTimeout(() => this.child.kill('SIGKILL'), withinMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }
}

export interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

export interface CallResult {
  readonly isError: boolean;
  readonly text: string;
  readonly data: Record<string, unknown>;
}

interface CallOptions {
  readonly onprogress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** What both SDKs' clients can do, under one name each. */
export interface WireClient {
  readonly server: ServerProcess;
  listTools(): Promise<{ name: string }[]>;
  call(name: string, args: Record<string, unknown>, options?: CallOptions): Promise<CallResult>;
  read(uri: string): Promise<string>;
  listResources(cursor?: string): Promise<{ uris: string[]; next: string | undefined }>;
  listTemplates(): Promise<string[]>;
  listPrompts(): Promise<string[]>;
  prompt(name: string, args: Record<string, string>): Promise<string>;
  complete(template: string, variable: string, value: string): Promise<string[]>;
  completePrompt(name: string, argument: string, value: string): Promise<string[]>;
  instructions(): string | undefined;
}

const timeout = 120_000;

function resultOf(result: Record<string, unknown>): CallResult {
  const content = Array.isArray(result['content']) ? result['content'] : [];
  const text = content.map((part: { text?: string }) => part.text ?? '').join('\n');
  const data = result['structuredContent'];
  return {
    isError: result['isError'] === true,
    text,
    data: typeof data === 'object' && data !== null ? { ...data } : {},
  };
}

function firstText(parts: readonly object[]): string {
  const [first] = parts;
  return first && 'text' in first ? String(first.text) : '';
}

/** The parts of a client that both SDKs have alike; only their type declarations differ. */
type Shared = Pick<
  Client,
  'listTools' | 'readResource' | 'listResourceTemplates' | 'listPrompts' | 'getPrompt' | 'complete' | 'getInstructions'
>;

function wireClient(
  server: ServerProcess,
  client: Shared,
  own: Pick<WireClient, 'call' | 'listResources'>,
): WireClient {
  return {
    server,
    ...own,
    listTools: async () => (await client.listTools()).tools,
    read: async (uri) => firstText((await client.readResource({ uri })).contents),
    listTemplates: async () =>
      (await client.listResourceTemplates()).resourceTemplates.map((template) => template.uriTemplate),
    listPrompts: async () => (await client.listPrompts()).prompts.map((prompt) => prompt.name),
    prompt: async (name, args) => {
      const { messages } = await client.getPrompt({ name, arguments: args });
      return firstText(messages.map((message) => message.content));
    },
    complete: async (uri, name, value) => {
      const { completion } = await client.complete({ ref: { type: 'ref/resource', uri }, argument: { name, value } });
      return completion.values;
    },
    completePrompt: async (prompt, name, value) => {
      const ref = { type: 'ref/prompt' as const, name: prompt };
      return (await client.complete({ ref, argument: { name, value } })).completion.values;
    },
    instructions: () => client.getInstructions(),
  };
}

function capabilitiesOf({ person }: ServerOptions): { elicitation?: { form: Record<string, never> } } {
  return person ? { elicitation: { form: {} } } : {};
}

function answerOf(confirm: boolean) {
  return { action: 'accept' as const, content: { confirm } };
}

async function connectModern(options: ServerOptions): Promise<WireClient> {
  const server = new ServerProcess(options);
  const client = new Client(
    { name: 'wire', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } }, capabilities: capabilitiesOf(options) },
  );
  const { person } = options;
  if (person) {
    client.setRequestHandler('elicitation/create', (request) => answerOf(person(request.params.message)));
  }
  await client.connect(server);
  return wireClient(server, client, {
    call: async (name, args, more = {}) =>
      resultOf(await client.callTool({ name, arguments: args }, { timeout, ...more })),
    listResources: async (cursor) => {
      const page = await client.request({ method: 'resources/list', params: { cursor } });
      return { uris: page.resources.map((resource) => resource.uri), next: page.nextCursor };
    },
  });
}

async function connectLegacy(options: ServerOptions): Promise<WireClient> {
  const server = new ServerProcess(options);
  const client = new LegacyClient({ name: 'wire', version: '1' }, { capabilities: capabilitiesOf(options) });
  const { person } = options;
  if (person) {
    client.setRequestHandler(ElicitRequestSchema, (request) => answerOf(person(request.params.message)));
  }
  await client.connect(server as unknown as LegacyTransport);
  return wireClient(server, client as unknown as Shared, {
    call: async (name, args, more = {}) =>
      resultOf(await client.callTool({ name, arguments: args }, undefined, { timeout, ...more })),
    listResources: async (cursor) => {
      const page = await client.listResources(cursor === undefined ? {} : { cursor });
      return { uris: page.resources.map((resource) => resource.uri), next: page.nextCursor };
    },
  });
}

/** The two protocol eras, each by the client of its own SDK. */
export const eras = [
  { era: '2025', connect: connectLegacy },
  { era: '2026-07-28', connect: connectModern },
] as const;
