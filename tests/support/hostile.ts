import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type CallResult, eras, type ServerOptions, type WireClient } from './wire.js';

/** A client of the newest era over stdio; its server ends with the test. */
export async function connectHere(options: ServerOptions): Promise<WireClient> {
  const [, modern] = eras;
  const client = await modern.connect(options);
  onTestFinished(() => endOf(client));
  return client;
}

export async function endOf(client: WireClient): Promise<void> {
  await client.server.close();
  await client.server.end(5000);
}

/** A call that must have worked. */
export async function done(client: WireClient, name: string, args: Record<string, unknown>): Promise<CallResult> {
  const result = await client.call(name, args);
  if (result.isError) throw new Error(`${name}: ${result.text}`);
  return result;
}

export function items(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value : [];
}

export interface Walked {
  readonly uri: string;
  readonly text: string;
}

const uriPattern =
  /\b(?:capability|specs|attempts|evidence|needs|datasets|receipts|jobs|usage|skill):\/\/[^\s)"'`\]|\\<>{}]+/g;

/** Every value that the server completes for every variable of every template, put into the template. */
async function completedUris(client: WireClient, mostEach: number): Promise<string[]> {
  const found: string[] = [];
  for (const template of await client.listTemplates()) {
    const names = [...template.matchAll(/\{\??([^}]+)\}/g)].flatMap((match) => match[1]?.split(',') ?? []);
    const [name] = names;
    if (name === undefined || template.includes('{?') || template.startsWith('skill:')) continue;
    const values = (await client.complete(template, name, '')).slice(0, mostEach);
    for (const value of values) {
      found.push(template.replace(`{${name}}`, value).replace('{version}', '1'));
    }
  }
  return found;
}

/** Reads everything that can be found: lists, completions, and each URI that stands in what was read. */
export async function walk(client: WireClient, most = 400): Promise<Walked[]> {
  const waiting = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await client.listResources(cursor);
    for (const uri of page.uris) waiting.add(uri);
    cursor = page.next;
  } while (cursor !== undefined);
  for (const uri of await completedUris(client, 60)) waiting.add(uri);
  const read: Walked[] = [];
  for (const uri of waiting) {
    if (read.length >= most) break;
    const text = await client.read(uri).catch((error: unknown) => String(error));
    read.push({ uri, text });
    for (const [found] of text.matchAll(uriPattern)) waiting.add(found.replace(/[.,:;]+$/, ''));
  }
  return read;
}

/** The bytes of every file under a folder, as text in which a byte is a character. */
export function bytesUnder(folder: string): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, text: readFileSync(path).toString('latin1') }));
}
