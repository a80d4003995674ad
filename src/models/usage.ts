import type { ModelCallStore } from './model.js';

export interface UsageTotals {
  readonly calls: number;
  /** Of the calls, those answered out of the store: nothing was sent or paid. */
  readonly cached: number;
  readonly failed: number;
  readonly total_tokens: number;
  readonly prompt_chars: number;
  readonly completion_chars: number;
  /** US dollars, as far as prices are configured. */
  readonly cost_usd: number;
}

export interface UsageSummary extends UsageTotals {
  readonly stages: Readonly<Record<string, UsageTotals>>;
  readonly models: Readonly<Record<string, UsageTotals>>;
}

const nothing: UsageTotals = {
  calls: 0,
  cached: 0,
  failed: 0,
  total_tokens: 0,
  prompt_chars: 0,
  completion_chars: 0,
  cost_usd: 0,
};

function add(left: UsageTotals, right: UsageTotals): UsageTotals {
  return {
    calls: left.calls + right.calls,
    cached: left.cached + right.cached,
    failed: left.failed + right.failed,
    total_tokens: left.total_tokens + right.total_tokens,
    prompt_chars: left.prompt_chars + right.prompt_chars,
    completion_chars: left.completion_chars + right.completion_chars,
    cost_usd: left.cost_usd + right.cost_usd,
  };
}

/** What models were asked and what it cost, in all, per stage and per model. */
export async function usageSummary(store: ModelCallStore): Promise<UsageSummary> {
  let all = nothing;
  const stages: Record<string, UsageTotals> = {};
  const models: Record<string, UsageTotals> = {};
  for (const row of await store.totals()) {
    all = add(all, row);
    stages[row.stage] = add(stages[row.stage] ?? nothing, row);
    models[row.model] = add(models[row.model] ?? nothing, row);
  }
  return { ...all, stages, models };
}
