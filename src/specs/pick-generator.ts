import { FoundryError } from '../errors.js';
import type { Generator } from '../generate/model.js';
import type { ConcreteGenerator } from './model.js';
import type { SpecDeps } from './spec-deps.js';

/** @throws FoundryError needs_setup where the generator is not to be had, with what to set */
export function pickGenerator(deps: Pick<SpecDeps, 'generators'>, name: ConcreteGenerator): Generator {
  const generator = deps.generators[name];
  if (generator) return generator;
  if (name === 'openai') {
    throw new FoundryError(
      'needs_setup',
      'The generator openai has no model to ask.',
      'Set FOUNDRY_CHAT_MODEL, and OPENAI_API_KEY or OPENAI_BASE_URL; or use induction or agent, which need no key.',
    );
  }
  throw new FoundryError(
    'needs_setup',
    `This version has no generator ${name}.`,
    'Use induction or agent, which need no key, or openai with a model configured.',
  );
}
