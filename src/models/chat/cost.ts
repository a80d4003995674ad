import type { Config } from '../../config.js';
import { FoundryError } from '../../errors.js';
import type { ChatRequest, ModelCallStore } from '../model.js';
import type { Completion } from './endpoint.js';

export interface Price {
  readonly input_per_million: number;
  readonly output_per_million: number;
}

export function promptChars(request: ChatRequest): number {
  return request.messages.reduce((sum, message) => sum + message.content.length, 0);
}

/**
 * US dollars of one answered call; null where the model has no price.
 * Without usage from the endpoint a token is taken to be four characters, so that a budget still binds.
 */
export function costOf(request: ChatRequest, completion: Completion, price: Price | undefined): number | null {
  if (!price) return null;
  const prompt = completion.usage?.prompt ?? Math.ceil(promptChars(request) / 4);
  const answer = completion.usage?.completion ?? Math.ceil(completion.text.length / 4);
  return (prompt * price.input_per_million + answer * price.output_per_million) / 1_000_000;
}

/**
 * Refuses the next call once the store's calls have cost the budget. Calls under way at the same time can overshoot
 * by what they cost themselves.
 */
export async function checkBudget(config: Config, model: string, store: ModelCallStore): Promise<void> {
  const budget = config.budgetUsd;
  if (budget === undefined) return;
  if (config.file.models?.prices?.[model] === undefined) {
    throw new FoundryError(
      'needs_setup',
      `A budget is set, but the model "${model}" has no price, so the budget cannot be kept.`,
      `Add models.prices["${model}"] with input_per_million and output_per_million to foundry.config.json, or unset FOUNDRY_BUDGET_USD.`,
    );
  }
  const spent = (await store.totals()).reduce((sum, row) => sum + row.cost_usd, 0);
  if (spent < budget) return;
  throw new FoundryError(
    'budget_exceeded',
    `Model calls have cost $${spent.toFixed(4)} of the budget of $${budget}.`,
    'Raise FOUNDRY_BUDGET_USD and start the same work again; answers that were paid for are kept and not asked again.',
  );
}
