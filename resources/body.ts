import { FoundryError } from '../src/errors.js';
import type { Services } from '../src/services.js';
import { escapeUnseen } from './quote.js';

/** What a resource reads as. */
export interface ResourceBody {
  readonly uri: string;
  readonly mimeType: 'text/markdown' | 'application/json' | 'text/plain' | 'text/x-typescript' | 'text/x-python';
  readonly text: string;
}

/** Where a URI leads: `capability://NAME/1/code?x=y` is host NAME, path ['1', 'code'], query x. */
export interface Address {
  readonly uri: string;
  readonly scheme: string;
  readonly host: string;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/** Reads one family; undefined where nothing is at the address. */
export type Reader = (services: Services, address: Address) => Promise<ResourceBody | undefined>;

export function markdown(uri: string, text: string): ResourceBody {
  return { uri, mimeType: 'text/markdown', text: text.endsWith('\n') ? text : `${text}\n` };
}

export function json(uri: string, value: unknown): ResourceBody {
  return { uri, mimeType: 'application/json', text: `${escapeUnseen(JSON.stringify(value, null, 2))}\n` };
}

export function notFound(uri: string): FoundryError {
  const shown = uri.length > 200 ? `${uri.slice(0, 200)}...` : uri;
  return new FoundryError(
    'not_found',
    `No resource has the URI ${JSON.stringify(shown)}.`,
    'Start from capability://index or evidence://runs, or use a URI that a tool returned.',
  );
}
