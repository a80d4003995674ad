import type { IncomingMessage } from 'node:http';
import type { Readable, Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { tryParseJson } from '../json.js';
import type { Logger } from '../log.js';
import { MirroredHeaders } from './http-headers.js';
import { ask, bodyOf, mediaType } from './http-request.js';
import { MessageLines } from './message-lines.js';
import { cancelledId, type Message, messagesOf } from './messages.js';
import type { Recorder } from './recorder.js';
import { EventReader } from './sse.js';

export interface HttpSessionDeps {
  readonly url: URL;
  /** of the person, for every request */
  readonly headers: Readonly<Record<string, string>>;
  readonly recorder: Recorder;
  readonly log: Logger;
  readonly input: Readable;
  readonly output: Writable;
  /** ends the session */
  readonly signal: AbortSignal;
}

interface Asked {
  readonly method: string;
  readonly isModern: boolean;
  readonly abort: AbortController;
}

/** Answers that are still to come when the client has gone get this long. */
const lastAnswersMs = 1_000;
const lookMs = 20;
/** What follows a notification waits for its receipt, but not for ever. */
const receiptMs = 2_000;
const retryMs = { first: 1_000, most: 30_000, tries: 6 };

const rawId = (id: string): string | number => (id.startsWith('number:') ? Number(id.slice(7)) : id.slice(7));

class HttpSession {
  readonly #asked = new Map<string, Asked>();
  readonly #mirrored = new MirroredHeaders();
  readonly #end = new AbortController();
  #sessionId: string | undefined;
  #protocol: string | undefined;
  /** Notifications and answers keep their order, and come before what follows them. */
  #before: Promise<void> = Promise.resolve();

  constructor(readonly deps: HttpSessionDeps) {}

  async run(): Promise<void> {
    const { input, output, recorder, signal } = this.deps;
    const lines = new MessageLines(
      Number.POSITIVE_INFINITY,
      (line) => this.#fromClient(line),
      () => undefined,
    );
    await new Promise<void>((resolve) => {
      input.on('data', (chunk: Buffer) => {
        recorder.see('client', chunk);
        lines.push(chunk);
      });
      for (const event of ['end', 'error', 'close']) input.once(event, () => resolve());
      output.once('error', () => resolve());
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    lines.end();
    input.destroy();
    await this.#finish(signal.aborted);
  }

  async #finish(atOnce: boolean): Promise<void> {
    await Promise.race([this.#before, atMost(lastAnswersMs)]);
    const open = (): boolean => [...this.#asked.values()].some((one) => one.method !== 'subscriptions/listen');
    for (let waited = 0; open() && !atOnce && waited < lastAnswersMs; waited += lookMs) await pause(lookMs);
    this.#end.abort();
    if (this.#sessionId === undefined) return;
    const signal = AbortSignal.timeout(lastAnswersMs);
    // Not every server lets its clients end a session.
    await ask({ url: this.deps.url, method: 'DELETE', headers: this.#common(), signal }).then(bodyOf, () => undefined);
  }

  #common(): { [name: string]: string } {
    return {
      ...this.deps.headers,
      ...(this.#sessionId === undefined ? {} : { 'mcp-session-id': this.#sessionId }),
      ...(this.#protocol === undefined ? {} : { 'mcp-protocol-version': this.#protocol }),
    };
  }

  #toClient(text: string): void {
    // In JSON no line is broken inside of a text, so that what breaks a line here means nothing.
    const line = Buffer.from(`${text.replace(/[\r\n]+/g, ' ')}\n`);
    this.deps.recorder.see('server', line);
    this.deps.output.write(line);
  }

  #fromClient(line: Buffer): void {
    if (line.toString('latin1').trim() === '') return;
    const value = tryParseJson(line.toString('utf8'));
    const messages = value === undefined ? [] : messagesOf(value);
    const requests = messages.filter((one) => one.method !== null && one.id !== null);
    const cancelled = messages.length === 1 ? this.#modernCancelled(messages[0]) : undefined;
    if (cancelled) {
      // In this era a request is cancelled by hanging up.
      cancelled.abort.abort();
      return;
    }
    const send = (): Promise<void> => this.#post(line, messages, requests);
    if (requests.length > 0) void this.#before.then(send);
    else this.#before = this.#before.then(() => Promise.race([send(), atMost(receiptMs)]));
  }

  #modernCancelled(message: Message | undefined): Asked | undefined {
    if (message?.method !== 'notifications/cancelled') return undefined;
    const asked = this.#asked.get(cancelledId(message) ?? '');
    return asked?.isModern ? asked : undefined;
  }

  /** Never fails: what goes wrong is the answer. */
  async #post(line: Buffer, messages: readonly Message[], requests: readonly Message[]): Promise<void> {
    const [only] = messages;
    const mirrored = only && messages.length === 1 ? this.#mirrored.of(only) : undefined;
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, this.#end.signal]);
    for (const { id, method } of requests) {
      if (id !== null) this.#asked.set(id, { method: method ?? '', isModern: mirrored !== undefined, abort });
    }
    const begins = requests.some((one) => one.method === 'initialize');
    if (begins) this.#sessionId = undefined;
    const headers = {
      ...this.#common(),
      ...mirrored,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    try {
      const response = await ask({ url: this.deps.url, method: 'POST', headers, body: line, signal });
      const session = response.headers['mcp-session-id'];
      if (begins && typeof session === 'string') this.#sessionId = session;
      await this.#answer(response, requests, signal);
      if (only?.method === 'notifications/initialized') void this.#listen();
    } catch (error) {
      if (!signal.aborted) this.#failed(requests, error instanceof Error ? error.message : String(error));
    } finally {
      for (const { id } of requests) if (id !== null) this.#asked.delete(id);
    }
  }

  async #answer(response: IncomingMessage, requests: readonly Message[], signal: AbortSignal): Promise<void> {
    const status = response.statusCode ?? 0;
    const isGood = status >= 200 && status < 300;
    if (isGood && mediaType(response) === 'text/event-stream') {
      const last = await this.#readEvents(response);
      if (this.#unanswered(requests) && last.id !== undefined) await this.#resume(last, requests, signal);
      if (this.#unanswered(requests)) this.#failed(requests, 'the stream ended before the answer');
      return;
    }
    const text = (await bodyOf(response)).toString('utf8');
    const value = tryParseJson(text);
    const answers = value === undefined ? [] : messagesOf(value);
    const isAnswer = requests.length === 0 || answers.some((one) => requests.some(({ id }) => id === one.id));
    if (answers.length > 0 && isAnswer && mediaType(response) === 'application/json') this.#deliver(text, answers);
    else if (!isGood) this.#failed(requests, this.#statusText(status, answers[0]));
    if (this.#unanswered(requests)) this.#failed(requests, `the answer is none (${status} ${mediaType(response)})`);
  }

  #statusText(status: number, answer: Message | undefined): string {
    const said = answer?.error?.['message'];
    const hint = status === 401 || status === 403 ? '; give what it asks for with --header' : '';
    return `status ${status}${typeof said === 'string' ? `: ${said}` : ''}${hint}`;
  }

  #unanswered(requests: readonly Message[]): boolean {
    return requests.some(({ id }) => id !== null && this.#asked.has(id));
  }

  /** Passes a message on, and remembers of it what later requests need. */
  #deliver(text: string, messages: readonly Message[]): void {
    for (const { id, method, result } of messages) {
      if (method !== null || id === null) continue;
      const asked = this.#asked.get(id);
      this.#asked.delete(id);
      const version = result?.['protocolVersion'];
      if (asked?.method === 'initialize' && typeof version === 'string') this.#protocol = version;
      if (asked?.method === 'tools/list' && result) this.#mirrored.learn(result);
    }
    this.#toClient(text);
  }

  async #readEvents(response: IncomingMessage): Promise<{ id: string | undefined; retryMs: number | undefined }> {
    const reader = new EventReader();
    let id: string | undefined;
    try {
      for await (const chunk of response) {
        for (const event of reader.push(chunk as Buffer)) {
          id = event.id ?? id;
          if (event.type !== 'message' || event.data === '') continue;
          const value = tryParseJson(event.data);
          this.#deliver(event.data, value === undefined ? [] : messagesOf(value));
        }
      }
    } catch (error) {
      if (this.#end.signal.aborted) throw error;
      this.deps.log.debug('stream_broken', { reason: error instanceof Error ? error.message : String(error) });
    }
    return { id, retryMs: reader.retryMs };
  }

  /** Asks for what a broken stream still owes. */
  async #resume(
    from: { id: string | undefined; retryMs: number | undefined },
    requests: readonly Message[],
    signal: AbortSignal,
  ): Promise<void> {
    let last = from;
    for (let at = 0; at < retryMs.tries && this.#unanswered(requests); at += 1) {
      await pause(last.retryMs ?? retryMs.first, signal);
      const response = await this.#get(last.id, signal);
      if (!response) return;
      const next = await this.#readEvents(response);
      last = { id: next.id ?? last.id, retryMs: next.retryMs ?? last.retryMs };
    }
  }

  async #get(lastId: string | undefined, signal: AbortSignal): Promise<IncomingMessage | undefined> {
    const headers: Record<string, string> = { ...this.#common(), accept: 'text/event-stream' };
    if (lastId !== undefined) headers['last-event-id'] = lastId;
    const response = await ask({ url: this.deps.url, method: 'GET', headers, signal });
    if (response.statusCode === 200 && mediaType(response) === 'text/event-stream') return response;
    response.resume();
    return undefined;
  }

  /** What a server of the 2025 era says unasked comes over a stream of its own, where it has one. */
  async #listen(): Promise<void> {
    const { signal } = this.#end;
    let wait = retryMs.first;
    let lastId: string | undefined;
    while (!signal.aborted) {
      try {
        const response = await this.#get(lastId, signal);
        if (!response) return;
        wait = retryMs.first;
        const { id, retryMs: asked } = await this.#readEvents(response);
        lastId = id ?? lastId;
        await pause(asked ?? wait, signal);
      } catch {
        if (signal.aborted) return;
        wait = Math.min(wait * 2, retryMs.most);
        await pause(wait, signal).catch(() => undefined);
      }
    }
  }

  #failed(requests: readonly Message[], reason: string): void {
    const message = `The server at ${this.deps.url.origin} did not answer: ${reason}.`;
    for (const { id } of requests) {
      if (id === null || !this.#asked.delete(id)) continue;
      this.#toClient(JSON.stringify({ jsonrpc: '2.0', id: rawId(id), error: { code: -32000, message } }));
    }
    if (requests.length === 0) this.deps.log.warn('message_not_taken', { reason: message });
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, signal ? { signal } : {});
}

/** The longest that is waited for something else; it keeps no process alive. */
function atMost(ms: number): Promise<void> {
  return setTimeout(ms, undefined, { ref: false });
}

/**
 * Offers a server over Streamable HTTP to a client over two streams, until the client's ends. Messages are passed on as they are
 * written; what HTTP adds to them (sessions, the stream of what the server says unasked, mirrored headers, hanging up as
 * cancellation) is done here, for both protocol eras.
 */
export function runHttpSession(deps: HttpSessionDeps): Promise<void> {
  return new HttpSession(deps).run();
}
