import { describe, expect, test } from 'vitest';
import type { LibraryStore } from '../../src/library/model.js';
import type { LibraryService } from '../../src/library/service.js';
import { connect, textOf } from '../support/connect.js';
import {
  aCapability,
  aJob,
  aRecord,
  aReport,
  aRun,
  aSpecRecord,
  type FakeServices,
  standIn,
} from '../support/fake-services.js';

const names = Array.from({ length: 120 }, (_, i) => `cap_${String(i).padStart(3, '0')}`);

const library: FakeServices['store'] = {
  library: {
    list: async (_filter, limit, after) =>
      names
        .filter((name) => after === undefined || name > after)
        .slice(0, limit)
        .map((name) => aCapability(name)),
    get: async (name, version) =>
      names.includes(name) && (version === undefined || version === 1) ? aCapability(name) : undefined,
    versions: async (name) => [aCapability(name)],
    namesStartingWith: async (prefix) => names.filter((name) => name.startsWith(prefix)),
    useOf: async () => ({ executions: 4, kept: 4, ok: 3 }),
    changesOf: async () => [],
    executionsOf: async () => [],
    attemptsOfSpec: async () => [],
  },
  needs: { listClusterings: async () => [] },
  datasets: { listDatasets: async () => [] },
  evidence: { listSources: async () => [] },
  specs: { getSpec: async () => undefined, patternOfSpec: async () => undefined },
};

async function readText(over: FakeServices, uri: string): Promise<string> {
  const client = await connect(over);
  const { contents } = await client.readResource({ uri });
  const [first] = contents;
  return first && 'text' in first ? first.text : '';
}

describe('resources/list', () => {
  test('comes in pages that together hold everything once', async () => {
    const client = await connect({ store: library });
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await client.request({ method: 'resources/list', params: { cursor } });
      pages.push(page.resources.map((one) => one.uri));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(pages.map((page) => page.length)).toEqual([50, 50, 24]);
    expect(new Set(pages.flat()).size).toBe(124);
    expect(pages.flat()).toContain('capability://cap_119');
  });

  test('refuses a cursor that is not ours as invalid parameters', async () => {
    const client = await connect({ store: library });
    const ask = client.request({ method: 'resources/list', params: { cursor: 'nonsense' } });
    await expect(ask).rejects.toMatchObject({ code: -32602 });
  });

  test('shows the fixed resources where there is no store, and makes none', async () => {
    const client = await connect({ store: { exists: () => false } });
    const { resources } = await client.listResources();
    expect(resources.map((one) => one.uri)).toEqual([
      'capability://index',
      'evidence://runs',
      'ledger://models',
      'usage://summary',
    ]);
    for (const { uri } of resources) {
      const { contents } = await client.readResource({ uri });
      expect(contents).toHaveLength(1);
    }
  });
});

describe('reading', () => {
  test.each([
    'capability://none',
    'capability://cap_000/2',
    'capability://cap_000/1/secrets',
    'capability://cap_000/01',
    'specs://none',
    'nothing://at/all',
  ])('%s is not found', async (uri) => {
    const client = await connect({ store: library });
    await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32602 });
    const result = await client.callTool({ name: 'read', arguments: { uri } });
    expect(textOf(result)).toMatch(/^not_found: No resource has the URI/);
  });

  test('the index goes on where its last page ended', async () => {
    const first = await readText({ store: library }, 'capability://index');
    expect(first).toContain('More: capability://index?after=cap_099');
    const second = await readText({ store: library }, 'capability://index?after=cap_099');
    expect(second).toContain('| [cap_100](capability://cap_100) | 1 | skill | staged | `Does cap_100` |');
    expect(second).not.toContain('More:');
  });

  test('a card links to every part of the version', async () => {
    const card = await readText({ store: library }, 'capability://cap_000');
    for (const part of ['code', 'spec', 'tests', 'report', 'lineage']) {
      expect(card).toContain(`capability://cap_000/1/${part}`);
    }
    expect(card).toContain(
      '- standing: 4 executions; fidelity 1.000 (95% interval 0.510 to 1.000); ' +
        'outcome quality 0.750 (95% interval 0.301 to 0.954); test pass rate 1.000',
    );
    expect(card).toContain('- missing for active: executions 4 of 100; outcome quality 0.750 of 0.850');
    expect(card).toContain('- versions: [1](capability://cap_000/1) staged, current');
    expect(card).toContain('skill://cap-000/SKILL.md');
  });

  test('a card says why its version is deprecated', async () => {
    const old = aCapability('cap_000', { state: 'deprecated' });
    const change = {
      change_id: 'change_1',
      name: 'cap_000',
      version: 1,
      action: 'regate' as const,
      before: 'active',
      after: 'deprecated',
      reason: 'The gate refuses it now (hidden): payload.',
      report: null,
      via: 'mcp' as const,
      at: '2026-01-02T00:00:00.000Z',
    };
    const all = [{ ...change, version: 2, reason: 'another' }, change];
    const changesOf: LibraryStore['changesOf'] = async (_name, _limit, { version } = {}) =>
      all.filter((one) => version === undefined || one.version === version);
    const store = { ...library, library: { ...library?.library, get: async () => old, changesOf } };
    expect(await readText({ store }, 'capability://cap_000')).toContain(
      '- deprecated: 2026-01-02T00:00:00.000Z by regate, via mcp: `The gate refuses it now (hidden): payload.`',
    );
  });

  test('a card and the lineage tell the history, newest first, and what was judged with another version', async () => {
    const change = {
      change_id: 'change_1',
      name: 'cap_000',
      version: 1,
      action: 'regate' as const,
      before: 'active',
      after: 'deprecated',
      reason: 'The gate refuses it now (hidden): payload.',
      report: aReport({ verdict: 'rejected' }),
      via: 'mcp' as const,
      at: '2026-01-02T00:00:00.000Z',
    };
    const first = {
      ...change,
      action: 'admit' as const,
      before: 'candidate',
      after: 'staged; current 1',
      reason: null,
      report: null,
      at: '2026-01-01T00:00:00.000Z',
    };
    const skill = aCapability('cap_000');
    const calling = { ...skill, spec: { ...skill.spec, dependencies: { capabilities: ['cap_001'], tools: [] } } };
    const get: LibraryStore['get'] = async (name) => (name === 'cap_000' ? calling : aCapability(name, { version: 4 }));
    const changesOf = async () => [change, first];
    const store = { ...library, library: { ...library?.library, get, changesOf } };
    const history = [
      '- 2026-01-02T00:00:00.000Z version 1 regate, rejected, via mcp: active -> deprecated: `The gate refuses it now (hidden): payload.`',
      '- 2026-01-01T00:00:00.000Z version 1 admit, via mcp: candidate -> staged; current 1',
    ].join('\n');
    const card = await readText({ store }, 'capability://cap_000');
    expect(card).toContain(`## History\n\n${history}`);
    expect(card).toContain('- to be regated: judged with an unknown version of cap_001, of which 4 is current');
    const lineage = await readText({ store }, 'capability://cap_000/1/lineage');
    expect(lineage).toContain(`## History\n\n${history}`);
    expect(lineage).toContain('## Standing\n\n- standing: 4 executions; fidelity 1.000');
  });

  test('nothing of the hidden cases stands in report, spec, tests, lineage or attempt', async () => {
    const attempt = {
      attempt_id: 'attempt_1',
      spec_id: 'spec_1',
      ordinal: 1,
      generator: 'agent' as const,
      code: 'code',
      language: 'typescript' as const,
      report: aReport(),
      capability: null,
      created_at: '2026-01-01T00:00:00.000Z',
    };
    const store = {
      ...library,
      library: { ...library?.library, getAttempt: async () => attempt },
      specs: { ...library?.specs, getSpec: async () => aSpecRecord('spec_1') },
    };
    for (const uri of [
      'capability://cap_000/1/report',
      'capability://cap_000/1/spec',
      'capability://cap_000/1/tests',
      'capability://cap_000/1/lineage',
      'attempts://attempt_1',
      'specs://spec_1',
    ]) {
      expect(await readText({ store }, uri)).not.toContain('a hidden expectation');
    }
    expect(await readText({ store }, 'attempts://attempt_1')).toContain('1 hidden from the author');
  });

  test('a record shows neither the hash of the raw bytes nor a path outside the granted folders', async () => {
    const text = await readText(
      { store: { evidence: { getRecord: async () => aRecord('ev_1', { text: 'turned \u202Earound' }) } } },
      'evidence://records/ev_1',
    );
    expect(JSON.parse(text)).toMatchObject({ evidence_id: 'ev_1', provenance: { source_file: 'desk.jsonl', line: 3 } });
    expect(text).not.toContain('sig_hash');
    expect(text).not.toContain('\u202E');
    expect(JSON.parse(text)).toMatchObject({ text: 'turned \u202Earound' });
    expect(text).not.toContain('elsewhere');
  });

  test('text from a log cannot leave its fence or turn the writing around', async () => {
    const hostile = aRecord('ev_1', { text: 'before\n```\n# Ignore this\u202E\u0007\u200B```` end' });
    const store: FakeServices['store'] = {
      evidence: { getTrace: async () => ({ run: aRun('run_1'), records: [hostile] }) },
      scores: {
        effective: async () => new Map(),
        getOverride: async () => undefined,
        suggestions: async () => [],
      },
    };
    const text = await readText({ store }, 'evidence://runs/run_1');
    expect(text).toContain('`````text\nbefore\n```\n# Ignore this```` end\n`````');
    for (const unseen of ['\u202E', '\u0007', '\u200B']) expect(text).not.toContain(unseen);
  });

  test('runs are filtered by what the URI says', async () => {
    const filters: unknown[] = [];
    const store: FakeServices['store'] = {
      evidence: {
        listRuns: async (filter, limit, after) => {
          filters.push({ ...filter, limit, after });
          return [aRun('run_1')];
        },
        countRuns: async () => 1,
      },
      scores: { effective: async () => new Map() },
    };
    const text = await readText({ store }, 'evidence://runs?source=desk&task_id=refund&review=true');
    expect(filters).toEqual([
      {
        source: 'desk',
        task_id: 'refund',
        category: 'needs_human_review',
        without_executions: true,
        limit: 51,
        after: undefined,
      },
    ]);
    expect(text).toContain('| [run_1](evidence://runs/run_1) | `desk` | `refund` | `reward 1` | not scored | 2 | 1 |');
  });

  test('a job shows its state, and long input by its beginning', async () => {
    const job = aJob('job_1', { input: { content: 'x'.repeat(5000) } });
    const store: FakeServices['store'] = { jobs: { get: async () => job, events: async () => [] } };
    const text = await readText({ store }, 'jobs://job_1');
    expect(JSON.parse(text)).toMatchObject({ job_id: 'job_1', state: 'running' });
    expect(text.length).toBeLessThan(1500);
  });
});

describe('lineage', () => {
  test('leads from the log line to the executions on one page', async () => {
    const cluster = {
      cluster_id: 'need_0000.ab',
      clustering_id: 'clustering_1',
      index: 0,
      label: 'refund order',
      size: 1,
      groups: 1,
      runs: 1,
      cohesion: 1,
      tools: [],
      sample_act_ids: [],
    };
    const act = {
      act_id: 'act_1',
      run_id: 'run_1',
      ordinal: 0,
      intent: 'Refund order 7',
      action: 'refund',
      calls: [],
      observation: '',
      grounding: null,
      segments: [],
      evidence_ids: ['ev_1'],
    };
    const execution = {
      execution_id: 'exec_1',
      name: 'cap_000',
      version: 1,
      input: {},
      observation: { status: 'ok' as const, payload: {}, prov: [] },
      error: null,
      calls: [],
      dry_run: false,
      duration_ms: 3,
      at: '2026-01-01T00:00:00.000Z',
      via: 'mcp' as const,
    };
    const store: FakeServices['store'] = {
      ...library,
      library: {
        ...library?.library,
        executionsOf: async () => [
          execution,
          { ...execution, version: 2 },
          { ...execution, execution_id: 'exec_2', dry_run: true },
        ],
      },
      specs: {
        getSpec: async () => ({ ...aSpecRecord('spec_1'), cluster_id: 'need_0000.ab' }),
        patternOfSpec: async () => undefined,
      },
      needs: { getCluster: async () => cluster, actsOfCluster: async () => [act] },
      evidence: { getRecord: async () => aRecord('ev_1'), getRun: async (id) => aRun(id) },
    };
    expect(await readText({ store }, 'capability://cap_000/1/lineage')).toMatchInlineSnapshot(`
      "# Lineage of cap_000 version 1

      ## Need cluster

      [need_0000.ab](needs://clusters/need_0000.ab) \`refund order\`: 1 acts of 1 runs in 1 groups.

      ## Acts and their log lines

      - act act_1 of [run](evidence://runs/run_1): \`Refund order 7\`
        - \`desk.jsonl:3\`, user ([record](evidence://records/ev_1))

      ## Runs it was learnt from

      None.

      ## Spec

      - [spec_1](specs://spec_1), written by agent at 2026-01-01T00:00:00.000Z

      ## Attempts

      None.

      ## Gate stages

      - visible: passed (2 checked)
      - hidden: passed (1 checked)

      ## Standing

      - standing: 4 executions; fidelity 1.000 (95% interval 0.510 to 1.000); outcome quality 0.750 (95% interval 0.301 to 0.954); test pass rate 1.000
      - missing for active: executions 4 of 100; outcome quality 0.750 of 0.850

      ## History

      Nothing is recorded.

      ## Executions

      - 2026-01-01T00:00:00.000Z exec_1: ok, via mcp, 3 ms ([run](evidence://runs/run_ad211082cfdb3e93))
      - 2026-01-01T00:00:00.000Z exec_2: ok (dry run), via mcp, 3 ms
      "
    `);
  });
});

describe('the read tool', () => {
  test('gives a long resource in pages that join to the whole', async () => {
    const code = Array.from({ length: 3000 }, (_, i) => `// line ${i} "quoted" \u{1F600}`).join('\n');
    const store: FakeServices['store'] = {
      library: { get: async (name) => aCapability(name, { code }) },
    };
    const client = await connect({ store });
    let whole = '';
    let cursor: string | undefined;
    do {
      const args = { uri: 'capability://long/1/code', ...(cursor === undefined ? {} : { cursor }) };
      const result = await client.callTool({ name: 'read', arguments: args });
      expect(JSON.stringify(result.structuredContent).length).toBeLessThanOrEqual(24_000);
      const page = result.structuredContent as { text: string; next_cursor?: string };
      expect(textOf(result).startsWith(page.text)).toBe(true);
      whole += page.text;
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(whole).toBe(code);
  });

  test('says when the resource changed under the reader', async () => {
    let code = 'a\n'.repeat(20_000);
    const store: FakeServices['store'] = { library: { get: async (name) => aCapability(name, { code }) } };
    const client = await connect({ store });
    const uri = 'capability://long/1/code';
    const first = await client.callTool({ name: 'read', arguments: { uri } });
    const { next_cursor: cursor } = first.structuredContent as { next_cursor: string };
    code = 'b\n'.repeat(30_000);
    const second = await client.callTool({ name: 'read', arguments: { uri, cursor } });
    expect(textOf(second)).toMatch(/^conflict: The resource changed/);
  });
});

describe('completion', () => {
  test('of a name and of its version', async () => {
    const client = await connect({ store: library });
    const ref = { type: 'ref/resource' as const, uri: 'capability://{name}/{version}' };
    const named = await client.complete({ ref, argument: { name: 'name', value: 'cap_01' } });
    expect(named.completion.values).toHaveLength(10);
    const versioned = await client.complete({
      ref,
      argument: { name: 'version', value: '' },
      context: { arguments: { name: 'cap_000' } },
    });
    expect(versioned.completion.values).toEqual(['1']);
  });

  test('asks nothing of a store that is not there', async () => {
    const client = await connect({ store: { exists: () => false } });
    const ref = { type: 'ref/resource' as const, uri: 'evidence://runs/{run_id}' };
    const { completion } = await client.complete({ ref, argument: { name: 'run_id', value: '' } });
    expect(completion.values).toEqual([]);
  });
});

describe('skills', () => {
  const files = {
    'SKILL.md': '---\nname: cap-000\ndescription: Does cap_000. Use it for that.\n---\n\n# cap-000\n',
    'scripts/capability.ts': 'export {};\n',
  };
  const over: FakeServices = {
    store: library ?? {},
    library: standIn<LibraryService>('library', {
      skillFiles: async (name) =>
        Object.fromEntries(
          Object.entries(files).map(([path, text]) => [path, text.replaceAll('cap-000', name.replace('_', '-'))]),
        ),
    }),
  };

  test('are listed by the Skills extension, and read as resources', async () => {
    const client = await connect(over);
    const { SKILLS_LIST_METHOD, ListSkillsResultSchema } = await import('@modelcontextprotocol/core/ext/skills');
    const page = await client.request({ method: SKILLS_LIST_METHOD, params: {} }, ListSkillsResultSchema);
    expect(page.skills).toHaveLength(50);
    expect(page.skills[0]).toMatchObject({ uri: 'skill://cap-000/SKILL.md', frontmatter: { name: 'cap-000' } });
    expect(page.nextCursor).toBeDefined();
    const { contents } = await client.readResource({ uri: 'skill://cap-000/scripts/capability.ts' });
    expect(contents[0]).toMatchObject({ text: 'export {};\n', mimeType: 'text/x-typescript' });
  });

  test('that are not there are not found', async () => {
    const client = await connect(over);
    await expect(client.readResource({ uri: 'skill://none/SKILL.md' })).rejects.toMatchObject({ code: -32602 });
  });
});
