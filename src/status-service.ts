import type { Config } from './config.js';
import type { Sandbox } from './gate/runtimes/runtime.js';
import type { FoundryStatusOutput, StatusService } from './status.js';
import type { Store } from './store.js';
import { version } from './version.js';

export interface StatusDeps {
  readonly config: Config;
  readonly store: Store;
  readonly sandboxes: readonly Sandbox[];
}

export function createStatusService({ config, store, sandboxes }: StatusDeps): StatusService {
  return {
    sandboxes: () =>
      Promise.all(sandboxes.map(async (one) => ({ language: one.language, health: await one.health() }))),
    async overview() {
      const sandbox = await sandboxes[0]?.health();
      const base: FoundryStatusOutput = {
        ...(sandbox && { sandbox: { ...sandbox, isolation: [...sandbox.isolation] } }),
        data_folder: config.home,
        versions: { 'capability-foundry': version, node: process.versions.node },
      };
      if (!store.exists()) return { ...base, counts: {}, jobs: [] };
      const [status, jobs, totals] = await Promise.all([
        store.status(),
        store.jobs.list(10),
        store.modelCalls.totals(),
      ]);
      const sum = (pick: (row: (typeof totals)[number]) => number): number =>
        totals.reduce((all, row) => all + pick(row), 0);
      return {
        ...base,
        counts: { ...status.counts },
        jobs: jobs.map(({ job_id, kind, state, updated_at }) => ({ job_id, kind, state, updated_at })),
        usage: {
          calls: sum((row) => row.calls),
          cached: sum((row) => row.cached),
          failed: sum((row) => row.failed),
          total_tokens: sum((row) => row.total_tokens),
          cost_usd: sum((row) => row.cost_usd),
        },
        store: { schema_version: status.schema_version, bytes: status.bytes },
      };
    },
  };
}
