import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { isDestructiveName } from '../../../src/bridge/effects.js';
import type { ToolBridge } from '../../../src/bridge/model.js';
import { type Config, loadConfig } from '../../../src/config.js';
import type { Clock } from '../../../src/context.js';
import { FoundryError } from '../../../src/errors.js';
import { createExecutionRecorder } from '../../../src/evidence/record-execution.js';
import { createGate } from '../../../src/gate/gate.js';
import type { Sandbox } from '../../../src/gate/runtimes/runtime.js';
import { sha256 } from '../../../src/hash.js';
import type { JsonObject, JsonValue } from '../../../src/json.js';
import { changeOf } from '../../../src/library/changes.js';
import { createGateLibrary } from '../../../src/library/gate-view.js';
import { createLibraryService } from '../../../src/library/library-service.js';
import type { CapabilityVersion, State } from '../../../src/library/model.js';
import type { LibraryService } from '../../../src/library/service.js';
import { silentLogger } from '../../../src/log.js';
import type { Embedder } from '../../../src/models/model.js';
import { createRoots } from '../../../src/roots.js';
import type { Spec } from '../../../src/specs/model.js';
import type { Store } from '../../../src/store.js';
import { passedReport } from './fixtures.js';

export const addCode =
  'export async function execute(i) { return { status: "ok", payload: { sum: i.a + i.b }, prov: [] }; }';

export const closeCode = `
export async function execute(input, ctx) {
  const { ids } = await ctx.call('desk.list_tickets', { customer_id: input.customer_id });
  const closed = [];
  for (const id of ids) {
    const done = await ctx.call('desk.close_ticket', { ticket_id: id });
    closed.push(done.ticket_id);
  }
  return { status: 'ok', payload: { closed }, prov: [] };
}`;

/** Words as directions: texts that share words are near. Its own provider, for tests need no model. */
export class WordEmbedder implements Embedder {
  model = 'words-1';
  readonly dimensions = 64;
  readonly seen: string[] = [];
  broken = false;

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    if (this.broken) throw new FoundryError('upstream', 'The embedder is down.', 'Wait.');
    this.seen.push(...texts);
    return texts.map((text) => {
      const vector = new Float32Array(this.dimensions);
      for (const word of text.toLowerCase().match(/[a-z]{3,}/g) ?? []) {
        const at = Number.parseInt(sha256(word.slice(0, 4)).slice(0, 8), 16) % this.dimensions;
        vector[at] = (vector[at] ?? 0) + 1;
      }
      const length = Math.hypot(...vector) || 1;
      return vector.map((value) => value / length);
    });
  }
}

/** A help desk behind the bridge's interface, with two customers. */
export class Desk implements ToolBridge {
  readonly calls: { name: string; args: JsonObject }[] = [];
  tools = ['desk.list_tickets', 'desk.close_ticket'];
  tickets: Record<string, string[]> = { C1: ['T7', 'T8'], C2: [] };

  async resolve(name: string): Promise<string | undefined> {
    return this.tools.includes(name) ? name : undefined;
  }
  async whyMissing(name: string): Promise<FoundryError> {
    return new FoundryError('needs_setup', `Nobody offers ${name}.`, 'Configure its server.');
  }
  async isDestructive(name: string): Promise<boolean> {
    return isDestructiveName(name);
  }
  async call(name: string, args: JsonObject): Promise<JsonValue> {
    this.calls.push({ name, args });
    if (name === 'desk.list_tickets') return { ids: this.tickets[String(args['customer_id'])] ?? [] };
    if (name === 'desk.close_ticket') return { ticket_id: args['ticket_id'] ?? null, state: 'closed' };
    throw new FoundryError('upstream', `${name} failed.`, 'Wait.');
  }
  async close(): Promise<void> {}
}

export interface Library {
  readonly store: Store;
  readonly service: LibraryService;
  readonly desk: Desk;
  readonly embedder: WordEmbedder;
  readonly folder: string;
  /** Of the clock that everything reads. */
  at: string;
  admit(
    spec: Spec,
    code: string,
    more?: { supersedes?: string; spec_id?: string; destructive?: boolean; authorSawAll?: boolean },
  ): Promise<CapabilityVersion>;
  /** A service over the same file, as another process would have it; with a store of its own where one is given. */
  again(bridge?: ToolBridge, over?: Store): LibraryService;
  close(): Promise<void>;
}

/** Puts a version into a state as another process would, without asking by whose leave. */
export async function putState(store: Pick<Store, 'library'>, name: string, version: number, to: State): Promise<void> {
  const one = await store.library.get(name, version);
  const current = await store.library.get(name);
  if (!one || !current) throw new Error(`there is no version ${version} of ${name}`);
  const place = { from: current.version, to: current.version };
  const change = changeOf({
    name,
    version,
    action: to === 'active' ? 'promote' : 'deprecate',
    before: one.state,
    after: to,
    reason: 'the test wants it',
    via: 'mcp',
    at: '2026-01-01T00:00:00.000Z',
  });
  const done = await store.library.move({ name, states: [{ version, from: one.state, to }], current: place, change });
  if (!done) throw new Error('it was not put there');
}

let drawnRuns = 0;

/** Real runs of a version, as if it had been called: so many ended well, so many as `missing`, so many broken. */
export async function use(
  { store, at }: Pick<Library, 'store' | 'at'>,
  { name, version = 1, ok = 0, missing = 0, broken = 0 }: Used,
): Promise<void> {
  for (let i = 0; i < ok + missing + broken; i += 1) {
    const isBroken = i >= ok + missing;
    drawnRuns += 1;
    await store.library.putExecution({
      execution_id: `exec_${drawnRuns}`,
      name,
      version,
      input: {},
      observation: isBroken ? null : { status: i < ok ? 'ok' : 'missing', payload: {}, prov: [] },
      error: isBroken ? 'throw' : null,
      calls: [],
      dry_run: false,
      duration_ms: 1,
      at,
      via: 'mcp',
    });
  }
}

export interface Used {
  readonly name: string;
  readonly version?: number;
  readonly ok?: number;
  readonly missing?: number;
  readonly broken?: number;
}

export function openLibrary(sandbox: Sandbox, file: Config['file'] = {}): Library {
  const folder = mkdtempSync(join(tmpdir(), 'foundry-library-'));
  const config = loadConfig({}, { home: folder, roots: [folder], file }, { cwd: '/', home: folder, platform: 'linux' });
  const store = createSqliteStore(config.db);
  const desk = new Desk();
  const embedder = new WordEmbedder();
  let drawn = 0;
  const clock: Clock = { now: () => library.at, elapsed: () => 0 };
  const again = (bridge: ToolBridge = desk, over: Store = store): LibraryService =>
    createLibraryService({
      config,
      store: over,
      roots: createRoots([folder], [], folder),
      gate: createGate({
        config,
        sandboxes: [sandbox],
        clock,
        library: createGateLibrary({ store: over, embedder, log: silentLogger }),
      }),
      sandboxes: [sandbox],
      bridge,
      embedder,
      recordExecution: createExecutionRecorder(over.evidence),
      clock,
      log: silentLogger,
      random: () => String(drawn++),
    });
  const service = again();
  const library: Library = {
    store,
    service,
    desk,
    embedder,
    folder,
    at: '2026-01-01T00:00:00.000Z',
    again,
    admit: (spec, code, more = {}) =>
      service.admit({
        spec,
        code,
        language: 'typescript',
        spec_id: more.spec_id ?? 'spec_1',
        attempt_id: 'attempt_1',
        generator: 'agent',
        report: { ...passedReport, code_sha256: sha256(code), author_saw_all: more.authorSawAll ?? false },
        supersedes: more.supersedes ?? null,
        destructive: more.destructive ?? false,
        via: 'mcp',
      }),
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return library;
}
