import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import { type Skill, SkillsExtension, skillEntry } from '@modelcontextprotocol/server/ext/skills';
import * as z from 'zod';
import { errorText, type FoundryError, toFoundryError } from '../src/errors.js';
import type { Services } from '../src/services.js';
import { wellFormed } from '../tools/shape.js';
import { listResources } from './list.js';
import { decodeCursor, encodeCursor } from './page.js';
import { clean } from './quote.js';
import { readResource } from './router.js';
import { type SkillFolder, skillAt, skillPage } from './skills.js';
import { completeWith, templates } from './templates.js';

/** A read must not be cached for long: scores, states and jobs move on. */
const cacheHint = { ttlMs: 0, cacheScope: 'private' } as const;

function protocolError(error: FoundryError, uri?: string): Error {
  if (error.code === 'not_found' && uri !== undefined) return new ResourceNotFoundError(uri);
  const clientsFault = error.code === 'invalid_input' || error.code === 'conflict';
  const code = clientsFault ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
  return new ProtocolError(code, errorText(error));
}

/** Runs what answers the protocol; only protocol errors leave it. */
async function guarded<T>(services: Services, where: string, work: () => Promise<T>, uri?: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw protocolError(
      toFoundryError(error, where, (e, at) => services.log.report(e, at)),
      uri,
    );
  }
}

const skillsPageSize = 50;
const skillCursor = z.strictObject({ after: z.string().max(64) });

/** The library as Agent Skills, over the protocol's Skills extension. One serves every connection. */
export function createSkills(services: Services): SkillsExtension {
  const warn = (path: string, message: string): void => services.log.warn('skill', { path, message });
  const entryOf = async ({ folder, files }: SkillFolder): Promise<Skill | undefined> => {
    try {
      return await skillEntry(folder, files);
    } catch (error) {
      // One bad skill must not take the list of all the others with it.
      warn(folder, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };
  const folderOf = (uri: string): string => /^skill:\/\/([^/]+)\//.exec(uri)?.[1] ?? '';
  return new SkillsExtension({
    cacheHint,
    onWarning: ({ path, message }) => warn(path, message),
    source: {
      list: ({ cursor }) =>
        guarded(services, 'skills/list', async () => {
          const after = cursor === undefined ? undefined : decodeCursor(cursor, skillCursor).after;
          const page = await skillPage(services, skillsPageSize, after);
          const entries = await Promise.all(page.skills.map(entryOf));
          const skills = entries.filter((entry) => entry !== undefined);
          return { skills, ...(page.next === undefined ? {} : { nextCursor: encodeCursor({ after: page.next }) }) };
        }),
      get: (uri) =>
        guarded(services, 'skills/get', async () => {
          const skill = await skillAt(services, folderOf(uri));
          return skill && entryOf(skill);
        }),
      read: (uri) =>
        guarded(
          services,
          'resources/read',
          async () => {
            const { text, mimeType } = await readResource(services, uri);
            return { text, mimeType };
          },
          uri,
        ),
    },
  });
}

export interface ResourceBoundary {
  readonly services: Services;
  readonly skills: SkillsExtension;
  /** Called before each read. */
  onUse(): void;
}

/** Makes every resource, template and completion known to one server instance. */
export function registerResources(server: McpServer, { services, skills, onUse }: ResourceBoundary): void {
  const read = (uri: string) =>
    guarded(
      services,
      'resources/read',
      async () => {
        onUse();
        const { mimeType, text } = await readResource(services, uri);
        return { contents: [{ uri, mimeType, text: wellFormed(text) }] };
      },
      uri,
    );
  const readHref = ({ href }: URL) => read(href);
  for (const [uri, title] of [
    ['capability://index', 'Library'],
    ['evidence://runs', 'Runs'],
    ['ledger://models', 'Model ledger'],
    ['usage://summary', 'Model usage'],
  ] as const) {
    server.registerResource(title, uri, { title, mimeType: 'text/markdown', cacheHint }, readHref);
  }
  for (const { name, uri, title, description, mimeType, complete } of templates) {
    const callbacks = Object.entries(complete).map(([variable, values]) => {
      const find = completeWith(services, values);
      return [
        variable,
        (prefix: string, context?: { arguments?: Record<string, string> }) => find(prefix, context?.arguments),
      ] as const;
    });
    // A list callback would put every record into one unpaged list.
    const template = new ResourceTemplate(uri, { list: undefined, complete: Object.fromEntries(callbacks) });
    server.registerResource(name, template, { title, description, mimeType, cacheHint }, readHref);
  }
  skills.attach(server);
  // The SDK matches a query only where every variable of the template is in it.
  server.server.setRequestHandler('resources/read', (request) => read(request.params.uri));
  // The SDK lists everything at once; ours is paged.
  server.server.setRequestHandler('resources/list', (request) =>
    guarded(services, 'resources/list', async () => {
      const page = await listResources(services, request.params?.cursor);
      return { ...page, resources: page.resources.map((one) => ({ ...one, name: clean(one.name) })) };
    }),
  );
}
