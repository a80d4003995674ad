import { describe, expect, test } from 'vitest';
import type { JobService } from '../../src/jobs/service.js';
import type { LibraryService } from '../../src/library/service.js';
import { connect, textOf } from '../support/connect.js';
import { aCapability, standIn } from '../support/fake-services.js';

test('manage_capability promotes over MCP only by the thresholds where no person can be asked', async () => {
  const seen: string[] = [];
  const client = await connect({
    library: standIn<LibraryService>('library', {
      takesLong: async () => false,
      manage: async ({ name }, { via }) => {
        seen.push(via);
        return { name, version: 1, state: 'staged', changed: false, note: 'needs 5 executions, has 1' };
      },
    }),
  });
  const result = await client.callTool({ name: 'manage_capability', arguments: { name: 'a', action: 'promote' } });
  expect(seen).toEqual(['mcp']);
  expect(textOf(result)).toMatchInlineSnapshot(`
    "a v1 is staged; nothing changed.
    needs 5 executions, has 1"
  `);
});

test('manage_capability promotes by the word of a person who was asked, and does nothing where they decline', async () => {
  const seen: string[] = [];
  const library = standIn<LibraryService>('library', {
    takesLong: async () => false,
    manage: async ({ name }, { via }) => {
      seen.push(via);
      return { name, version: 1, state: 'active', changed: true };
    },
  });
  for (const action of ['accept', 'decline'] as const) {
    const client = await connect({ library }, { capabilities: { elicitation: {} } });
    client.setRequestHandler('elicitation/create', async () => ({ action, content: { confirm: true } }));
    await client.callTool({ name: 'manage_capability', arguments: { name: 'a', action: 'promote' } });
    await client.callTool({ name: 'manage_capability', arguments: { name: 'a', action: 'rollback' } });
    await client.callTool({ name: 'manage_capability', arguments: { name: 'a', action: 'deprecate' } });
  }
  expect(seen).toEqual(['elicited', 'elicited', 'mcp', 'mcp']);
});

describe('manage_capability where something is judged', () => {
  const regate = {
    name: 'manage_capability',
    arguments: { name: 'a', action: 'regate', scope: 'dependents', wait_ms: 7 },
  };
  const library = standIn<LibraryService>('library', { takesLong: async () => true });
  const store = { library: { get: async () => aCapability('a', { version: 3 }) } };

  test('works as a job, and lists what became of each', async () => {
    const seen: unknown[] = [];
    const result = {
      name: 'a',
      version: 3,
      state: 'staged',
      changed: true,
      note: '2 judged: 1 admitted, 1 rejected, 0 inconclusive, 0 not judged.',
      regated: [
        {
          name: 'a',
          version: 3,
          verdict: 'admitted',
          state: 'staged',
          changed: false,
          reasons: ['it passes 3 visible'],
        },
        {
          name: 'b',
          version: 1,
          verdict: 'rejected',
          state: 'deprecated',
          changed: true,
          reasons: ['composition: no'],
        },
      ],
    };
    const jobs = standIn<JobService>('jobs', {
      resume: async () => undefined,
      run: async (kind, input, { via, waitMs }) => {
        seen.push(kind, input, via, waitMs);
        return { job_id: 'job_1', job_state: 'done', result };
      },
    });
    const client = await connect({ library, store, jobs });
    const { structuredContent, ...said } = await client.callTool(regate);
    expect(seen).toEqual(['manage_capability', { name: 'a', action: 'regate', scope: 'dependents' }, 'mcp', 7]);
    expect(structuredContent).toEqual({ ...result, job_id: 'job_1', job_state: 'done' });
    expect(textOf(said)).toMatchInlineSnapshot(`
      "a v3 is staged; done.
      2 judged: 1 admitted, 1 rejected, 0 inconclusive, 0 not judged.
      - a v3 admitted, staged: it passes 3 visible
      - b v1 rejected, deprecated: composition: no
      job_id: job_1"
    `);
  });

  test('says where things stand while the job runs', async () => {
    const jobs = standIn<JobService>('jobs', {
      resume: async () => undefined,
      run: async () => ({ job_id: 'job_1', job_state: 'running', progress: { done: 1, total: 9, message: 'b' } }),
    });
    const client = await connect({ library, store, jobs });
    const { structuredContent, ...said } = await client.callTool(regate);
    const place = { name: 'a', version: 3, state: 'staged', changed: false };
    expect(structuredContent).toEqual({ ...place, job_id: 'job_1', job_state: 'running' });
    expect(textOf(said)).toMatchInlineSnapshot(
      `"The job job_1 is running (b). Its result comes from the same call again, or from foundry_status with job_id "job_1" and wait_ms."`,
    );
  });
});
