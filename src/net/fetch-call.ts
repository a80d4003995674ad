import * as z from 'zod';
import { canonicalJson, type JsonObject, type JsonValue } from '../json.js';
import type { FetchCall } from './model.js';

/** The name under which `ctx.fetch` stands among calls. Nothing else may bear it. */
export const fetchName = 'fetch';

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
const readingMethods = new Set(['GET', 'HEAD']);
const maxUrl = 8_000;
const maxHeaders = 50;
const maxHeaderChars = 16_000;
export const maxRequestBytes = 262_144;

/** Decided by the host: framing and routing of the request, who asks, and sessions that none has. */
const hostsOwn = new Set([
  ...['host', 'content-length', 'transfer-encoding', 'te', 'trailer', 'connection', 'keep-alive', 'upgrade', 'expect'],
  ...['cookie', 'cookie2', 'user-agent', 'accept-encoding', 'via', 'forwarded', 'http2-settings', 'date', 'origin'],
]);
const hostsOwnPrefix = /^(proxy-|sec-|x-forwarded-)/;
const headerName = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const headerValue = /^[\t\x20-\x7e]*$/;

const argsSchema = z.strictObject({
  url: z.string(),
  method: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
});

export type ReadFetch =
  | { readonly ok: true; readonly call: FetchCall }
  | { readonly ok: false; readonly message: string };

function refused(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

function headersFault(headers: readonly (readonly [string, string])[]): string | undefined {
  if (headers.length > maxHeaders || headers.join().length > maxHeaderChars) return 'There are too many headers.';
  const seen = new Set<string>();
  for (const [name, value] of headers) {
    if (!headerName.test(name) || !headerValue.test(value)) return 'A header holds characters that headers cannot.';
    if (hostsOwn.has(name) || hostsOwnPrefix.test(name)) return `The header ${name} is not for the code to set.`;
    if (seen.has(name)) return `The header ${name} is given twice.`;
    seen.add(name);
  }
  return undefined;
}

function urlOf(text: string): URL | string {
  if (text.length > maxUrl) return `The url is longer than ${maxUrl} characters.`;
  if (!URL.canParse(text)) return 'The url is none: give a whole one, such as https://api.example.org/x.';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'Only https can be fetched.';
  if (url.username !== '' || url.password !== '') return 'A url with a user or password in it is not fetched.';
  url.hash = '';
  return url;
}

/** Reads the arguments of a fetch into the form in which calls are compared, or says what is wrong with them. */
export function readFetchArgs(args: JsonValue): ReadFetch {
  const parsed = argsSchema.safeParse(args);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue?.path.join('.') || 'the arguments';
    return refused(`ctx.fetch takes url and { method, headers, body }, all texts; at ${where}: ${issue?.message}.`);
  }
  const { body } = parsed.data;
  const method = (parsed.data.method ?? 'GET').toUpperCase();
  if (!methods.has(method)) return refused(`The method is none of ${[...methods].join(', ')}.`);
  const url = urlOf(parsed.data.url);
  if (typeof url === 'string') return refused(url);
  const headers = Object.entries(parsed.data.headers ?? {})
    .map(([name, value]): [string, string] => [name.toLowerCase(), value.trim()])
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const fault = headersFault(headers);
  if (fault !== undefined) return refused(fault);
  if (body !== undefined && readingMethods.has(method)) return refused(`A ${method} has no body.`);
  if (Buffer.byteLength(body ?? '') > maxRequestBytes)
    return refused(`The body has more than ${maxRequestBytes} bytes.`);
  return {
    ok: true,
    call: {
      url: url.href,
      method,
      ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
      ...(body !== undefined && { body }),
    },
  };
}

/** A fetch as JSON, for what records calls. */
export function fetchArgs({ url, method, headers, body }: FetchCall): JsonObject {
  const args: JsonObject = { url, method };
  if (headers !== undefined) args['headers'] = { ...headers };
  if (body !== undefined) args['body'] = body;
  return args;
}

/** What two calls have alike where one is the recording of the other: name and arguments, those of a fetch in one form. */
export function callKey(name: string, args: JsonValue): string {
  const read = name === fetchName ? readFetchArgs(args) : undefined;
  return `${name} ${canonicalJson(read?.ok ? fetchArgs(read.call) : args)}`;
}

/** Whether a request may change something on the other side. */
export function changesByMethod({ method }: Pick<FetchCall, 'method'>): boolean {
  return !readingMethods.has(method);
}

/** Whether a recorded call is a fetch that may change something. */
export function isChangingFetch({ name, args }: { readonly name: string; readonly args: JsonValue }): boolean {
  const read = name === fetchName ? readFetchArgs(args) : undefined;
  return read?.ok === true && changesByMethod(read.call);
}

const secretHeader = /authorization|token|api-?key|secret|password|signature/;

/** What is kept of a fetch: values of headers that carry credentials are none of it. */
export function keptFetchArgs(call: FetchCall): JsonObject {
  if (call.headers === undefined) return fetchArgs(call);
  const kept = Object.entries(call.headers).map(([name, value]) => [
    name,
    secretHeader.test(name) ? '[HEADER]' : value,
  ]);
  return fetchArgs({ ...call, headers: Object.fromEntries(kept) });
}
