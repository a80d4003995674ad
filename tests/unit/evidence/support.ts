import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createSqliteStore } from '../../../db/sqlite/store.js';
import { type ConfigFile, loadConfig } from '../../../src/config.js';
import { fixedClock, plainContext } from '../../../src/context.js';
import type { ImportInput, ImportOutput } from '../../../src/evidence/contract.js';
import { createEvidenceService } from '../../../src/evidence/evidence-service.js';
import type { RunTrace } from '../../../src/evidence/model.js';
import type { EvidenceService } from '../../../src/evidence/service.js';
import { createLogger } from '../../../src/log.js';
import type { VectorSource } from '../../../src/models/embedding/recipe.js';
import { NeedTally } from '../../../src/needs/recurring.js';
import { createRoots } from '../../../src/roots.js';
import type { Store } from '../../../src/store.js';

/** A data folder, a log folder, and the real service over a real store. */
export interface Bench {
  readonly home: string;
  readonly logs: string;
  readonly store: Store;
  readonly service: EvidenceService;
  /** what was written to the log, a line each */
  readonly logged: string[];
  /** Writes a file into the log folder and returns its path. */
  file(name: string, content: string | Uint8Array): string;
  import(input: ImportInput): Promise<ImportOutput>;
  traces(): Promise<RunTrace[]>;
  close(): Promise<void>;
}

/**
 * @param vectors what evidence is searched by beside words
 * @param of the folder of another bench, whose store this one uses as another process would
 */
export function createBench(file: ConfigFile = {}, vectors?: VectorSource, of?: string): Bench {
  const home = of ?? mkdtempSync(join(tmpdir(), 'foundry-evidence-'));
  const logs = join(home, 'logs');
  mkdirSync(logs, { recursive: true });
  const store = createSqliteStore(join(home, 'data', 'foundry.db'));
  const logged: string[] = [];
  const service = createEvidenceService({
    config: { ...loadConfig({ FOUNDRY_HOME: join(home, 'data') }), file },
    store,
    roots: createRoots([join(home, 'data')], [logs], home),
    clock: fixedClock(),
    log: createLogger('debug', (line) => logged.push(line)),
    needs: () => new NeedTally(),
    ...(vectors ? { vectors } : {}),
  });
  return {
    home,
    logs,
    store,
    service,
    logged,
    file(name, content) {
      const path = join(logs, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
    import: (input) => service.importEvidence(input, plainContext('cli')),
    async traces() {
      const all: RunTrace[] = [];
      for await (const trace of store.evidence.traces({})) all.push(trace);
      return all;
    },
    async close() {
      await service.close();
      await store.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The rule that every import keeps: nothing read is unaccounted for. */
export function unaccounted(output: ImportOutput): number {
  return output.records_read - output.imported - output.duplicates - output.ignored - output.rejected;
}

export function jsonl(values: readonly unknown[]): string {
  return `${values.map((value) => JSON.stringify(value)).join('\n')}\n`;
}

export const lookUp = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'c1', type: 'function', function: { name: 'find_order', arguments: '{"order":"A7"}' } }],
};

export const conversation = [
  { role: 'system', content: 'You look after orders.' },
  { role: 'user', content: 'Where is order A7?' },
  lookUp,
  { role: 'tool', tool_call_id: 'c1', name: 'find_order', content: '{"state":"shipped","days":2}' },
  { role: 'assistant', content: 'It was shipped, two more days.' },
];

export function tauRun(task: number, trial: number, reward: number): object {
  return {
    task_id: task,
    reward,
    info: {
      task: { instruction: `Ask for order ${task}.`, actions: [{ name: 'find_order', kwargs: { order: `A${task}` } }] },
    },
    traj: conversation.map((message) => ({ ...message })),
    trial,
  };
}

/** Lines of a small session: two lines of one message, a result, a command echo, a summary. */
export function claudeLines(session = 's1'): object[] {
  const line = (type: string, uuid: string, parent: string | null, message: object, more: object = {}) => ({
    type,
    uuid,
    parentUuid: parent,
    sessionId: session,
    cwd: '/home/ada/shop',
    isSidechain: false,
    timestamp: '2026-01-02T03:04:05.000Z',
    message,
    ...more,
  });
  const usage = { input_tokens: 10, output_tokens: 5 };
  const said = { id: 'msg_1', role: 'assistant', model: 'm-1', usage };
  return [
    { type: 'summary', summary: 'Orders', leafUuid: 'u9' },
    line('user', 'u0', null, { role: 'user', content: '<command-name>/clear</command-name>' }),
    line('user', 'u1', 'u0', { role: 'user', content: 'fix the test' }),
    line('assistant', 'a0', 'u1', { ...said, content: [{ type: 'thinking', thinking: 'hm', signature: 'x' }] }),
    line('assistant', 'a1', 'a0', { ...said, content: [{ type: 'text', text: 'I read it first.' }] }),
    line('assistant', 'a2', 'a1', {
      ...said,
      content: [
        { type: 'tool_use', id: 't1', name: 'Read', input: { file_path: 'x.py' } },
        { type: 'tool_use', id: 't2', name: 'Read', input: { file_path: 'y.py' } },
      ],
    }),
    line('user', 'u2', 'a2', {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 't1', content: 'print(1)', is_error: false },
        { type: 'tool_result', tool_use_id: 't2', content: [{ type: 'text', text: 'no such file' }], is_error: true },
      ],
    }),
    line('user', 'u3', 'u2', { role: 'user', content: 'caveat text' }, { isMeta: true }),
    { type: 'brand-new-thing', sessionId: session },
  ];
}
