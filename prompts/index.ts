import { completable, type McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Services } from '../src/services.js';
import type { Prompt, PromptArgument } from './define.js';
import { explainScore } from './explain-score.js';
import { growLibrary } from './grow-library.js';
import { mineDomain } from './mine-domain.js';
import { reviewCapability } from './review-capability.js';
import { writeCapability } from './write-capability.js';

/** Every prompt, in the order of the contract. */
export const prompts: readonly Prompt[] = [growLibrary, writeCapability, reviewCapability, mineDomain, explainScore];

function schemaOf(
  services: Services,
  { description, required, complete }: PromptArgument,
): z.ZodType<string | undefined> {
  const text = z.string().max(2000);
  const typed = (required ? text.min(1) : text.optional()).describe(description);
  if (!complete) return typed;
  return completable(typed, async (prefix) => complete(services, prefix ?? ''));
}

export function registerPrompts(server: McpServer, services: Services): void {
  for (const { name, title, description, args, render } of prompts) {
    const shape = Object.entries(args).map(([key, argument]) => [key, schemaOf(services, argument)] as const);
    server.registerPrompt(name, { title, description, argsSchema: z.object(Object.fromEntries(shape)) }, (given) => ({
      description,
      messages: [{ role: 'user', content: { type: 'text', text: render(given) } }],
    }));
  }
}
