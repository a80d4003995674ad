import {
  type RecordingLine,
  recordedToolName,
  recordingVersion,
  type SessionLine,
} from '../evidence/importers/recording-lines.js';
import { hashOf } from '../hash.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';
import { cancelledId, type Message, metaOf, valueOfResult } from './messages.js';

export type From = 'client' | 'server';

export interface SessionOptions {
  /** of the server, where it is decided beforehand */
  readonly name: string | undefined;
  /** of the server, where it does not say its own */
  readonly otherwise: string;
  readonly project: string | null;
  readonly newId: () => string;
}

/** When a message passed: the time of day, and monotonic milliseconds for durations. */
export interface Moment {
  readonly at: string;
  readonly ms: number;
}

interface OpenCall {
  readonly id: string;
  readonly name: string;
  readonly started: number;
  /** tells a call that is asked again after the client was asked for something */
  readonly same: string;
}

type Waiting = { readonly method: 'tools/call' | 'tools/list' | 'tasks/result' | 'hello'; readonly call?: OpenCall };

const maxOpen = 10_000;

/** A name as the configuration of servers and the names of files can hold it. */
export function plainName(text: string): string {
  return (
    (text.split('/').at(-1) ?? text)
      .normalize('NFKC')
      .replace(/[^A-Za-z0-9_-]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60) || 'server'
  );
}

/**
 * Reads an MCP session off the messages that pass, and says what is to be written down: calls, their results and the tools.
 * Nothing is said of a session before its first call. A new `initialize` after a call begins a new session.
 */
export class McpSession {
  #id: string;
  #header: Omit<SessionLine, 'at' | 'server'> | null = null;
  #server: string | null = null;
  #serverInfo: SessionLine['server_info'] = null;
  #client: SessionLine['client'] = null;
  #protocol: string | null = null;
  #tools = new Map<string, JsonValue>();
  #written = new Set<string>();
  #waiting = new Map<string, Waiting>();
  #paused = new Map<string, OpenCall>();
  #tasks = new Map<string, OpenCall>();
  /** calls that were made before the server had said a word, for its name is to be known first */
  #early: (() => RecordingLine[])[] = [];
  #calls = 0;
  #results = 0;

  constructor(readonly options: SessionOptions) {
    this.#id = options.newId();
  }

  /** The name of the server; null before the first call. */
  get server(): string | null {
    return this.#server;
  }

  see(message: Message, from: From, moment: Moment): RecordingLine[] {
    if (from === 'client') return message.method === null ? [] : this.#fromClient(message, moment);
    if (message.method === null) return this.#fromServer(message, moment);
    return [];
  }

  /** The last line of the session, where there is one at all. */
  end({ at }: Moment): RecordingLine[] {
    const early = this.#released();
    if (this.#header === null) return [];
    const line = { ...this.#line(at), kind: 'end' as const, calls: this.#calls, results: this.#results };
    this.#id = this.options.newId();
    this.#header = null;
    this.#server = null;
    this.#calls = 0;
    this.#results = 0;
    this.#written.clear();
    this.#waiting.clear();
    this.#paused.clear();
    this.#tasks.clear();
    return [...early, line];
  }

  #released(): RecordingLine[] {
    const early = this.#early;
    this.#early = [];
    return early.flatMap((call) => call());
  }

  #line(at: string): { mcp_recording: typeof recordingVersion; session: string; at: string } {
    return { mcp_recording: recordingVersion, session: this.#id, at };
  }

  #fromClient(message: Message, moment: Moment): RecordingLine[] {
    const { method, id, params } = message;
    const client = method === 'initialize' ? params['clientInfo'] : metaOf(params, 'clientInfo');
    const protocol = method === 'initialize' ? undefined : metaOf(params, 'protocolVersion');
    const ended = method === 'initialize' ? this.end(moment) : [];
    this.#client = partyOf(client) ?? this.#client;
    if (typeof protocol === 'string') this.#protocol = protocol;
    if (method === 'notifications/cancelled') return [...this.#released(), ...this.#cancelled(message, moment)];
    if (id === null) return ended;
    if (method === 'tools/call') {
      this.#early.push(() => this.#call(id, params, moment));
      return this.#knowsName() ? [...ended, ...this.#released()] : ended;
    }
    const call = method === 'tasks/result' ? this.#tasks.get(String(params['taskId'])) : undefined;
    if (call) this.#wait(id, { method: 'tasks/result', call });
    else if (method === 'tools/list') this.#wait(id, { method });
    else if (method === 'initialize' || method === 'server/discover') this.#wait(id, { method: 'hello' });
    return ended;
  }

  #knowsName(): boolean {
    return this.#header !== null || this.options.name !== undefined || this.#serverInfo !== null;
  }

  #wait(id: string, waiting: Waiting): void {
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size >= maxOpen && oldest !== undefined) this.#waiting.delete(oldest);
    this.#waiting.set(id, waiting);
  }

  #call(id: string, params: JsonObject, { at, ms }: Moment): RecordingLine[] {
    const begun = this.#begin(at);
    const name = recordedToolName(this.#server ?? '', String(params['name'] ?? 'unnamed'));
    const args = params['arguments'] ?? {};
    const same = hashOf([name, args]);
    const paused = 'inputResponses' in params || 'requestState' in params ? this.#paused.get(same) : undefined;
    if (paused) {
      this.#paused.delete(same);
      this.#wait(id, { method: 'tools/call', call: paused });
      return begun;
    }
    this.#calls += 1;
    const call = { id: `c${this.#calls}`, name, started: ms, same };
    this.#wait(id, { method: 'tools/call', call });
    return [...begun, { ...this.#line(at), kind: 'call', id: call.id, name, arguments: args }];
  }

  /** The first call fixes what the session is called. */
  #begin(at: string): RecordingLine[] {
    if (this.#header !== null) return [];
    const { name, otherwise, project } = this.options;
    this.#server = name ?? plainName(this.#serverInfo?.name ?? otherwise);
    const header = {
      ...this.#line(at),
      kind: 'session' as const,
      server: this.#server,
      server_info: this.#serverInfo,
      client: this.#client,
      protocol: this.#protocol,
      project,
    };
    this.#header = header;
    return [header, ...this.#toolLines(at)];
  }

  #toolLines(at: string): RecordingLine[] {
    const fresh = [...this.#tools].filter(([hash]) => !this.#written.has(hash));
    if (this.#server === null || fresh.length === 0) return [];
    for (const [hash] of fresh) this.#written.add(hash);
    const server = this.#server;
    const tools = fresh.map(([, tool]) =>
      isJsonObject(tool) ? { ...tool, name: recordedToolName(server, String(tool['name'])) } : tool,
    );
    return [{ ...this.#line(at), kind: 'tools', tools }];
  }

  #fromServer(message: Message, moment: Moment): RecordingLine[] {
    const { id, result, error } = message;
    if (id === null) return [];
    const isHello = this.#waiting.get(id)?.method === 'hello';
    const info = metaOf(result, 'serverInfo') ?? (isHello ? result?.['serverInfo'] : undefined);
    this.#serverInfo = partyOf(info) ?? this.#serverInfo;
    const version = isHello ? result?.['protocolVersion'] : undefined;
    if (typeof version === 'string') this.#protocol = version;
    const early = this.#released();
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting?.call) return [...early, ...this.#answered(waiting.call, message, moment)];
    if (!waiting || error || !result) return early;
    return waiting.method === 'tools/list' ? [...early, ...this.#listed(result, moment)] : early;
  }

  #listed(result: JsonObject, { at }: Moment): RecordingLine[] {
    const tools = Array.isArray(result['tools']) ? result['tools'] : [];
    for (const tool of tools) {
      if (isJsonObject(tool) && typeof tool['name'] === 'string') this.#tools.set(hashOf(tool), tool);
    }
    return this.#toolLines(at);
  }

  #answered(call: OpenCall, { result, error }: Message, moment: Moment): RecordingLine[] {
    if (error) return [this.#result(call, { error }, true, moment)];
    if (!result) return [];
    if (result['resultType'] === 'input_required') {
      this.#paused.set(call.same, call);
      return [];
    }
    const task = result['task'];
    if (isJsonObject(task) && task['taskId'] !== undefined && result['content'] === undefined) {
      this.#tasks.set(String(task['taskId']), call);
      return [];
    }
    const content = valueOfResult(result);
    return [this.#result(call, content, result['isError'] === true, moment)];
  }

  #result(call: OpenCall, content: JsonValue, failed: boolean, { at, ms }: Moment): RecordingLine {
    this.#results += 1;
    const took = Math.round((ms - call.started) * 100) / 100;
    const { id, name } = call;
    return { ...this.#line(at), kind: 'result', id, name, content, is_error: failed, ms: took };
  }

  #cancelled(message: Message, moment: Moment): RecordingLine[] {
    const id = cancelledId(message);
    const waiting = id === null ? undefined : this.#waiting.get(id);
    if (id === null || !waiting?.call) return [];
    this.#waiting.delete(id);
    return [this.#result(waiting.call, { error: 'cancelled by the client' }, true, moment)];
  }
}

function partyOf(value: JsonValue | undefined): SessionLine['client'] {
  if (!isJsonObject(value) || typeof value['name'] !== 'string') return null;
  const { name, version } = value;
  return { name, version: typeof version === 'string' ? version : null };
}
