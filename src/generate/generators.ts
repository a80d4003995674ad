import type { ToolBridge } from '../bridge/model.js';
import type { Config } from '../config.js';
import type { LibraryService } from '../library/service.js';
import type { ChatModel } from '../models/model.js';
import type { ScoringService } from '../scoring/service.js';
import type { ConcreteGenerator } from '../specs/model.js';
import type { Store } from '../store.js';
import { createAgentGenerator } from './agent.js';
import { createInductionGenerator } from './induction/induction.js';
import type { Generator } from './model.js';
import { createOpenaiGenerator } from './openai.js';

export interface GeneratorsDeps {
  readonly config: Config;
  readonly store: Store;
  readonly scoring: ScoringService;
  readonly library: LibraryService;
  readonly bridge: ToolBridge;
  readonly chat: ChatModel | undefined;
}

/** The generators that this configuration has: two that need no model, and `openai` where an endpoint is configured. */
export function createGenerators(deps: GeneratorsDeps): Partial<Record<ConcreteGenerator, Generator>> {
  const { config, store, scoring, library, bridge, chat } = deps;
  const agent = createAgentGenerator({ store, library });
  const induction = createInductionGenerator({ store, scoring, isDestructive: (tool) => bridge.isDestructive(tool) });
  if (!chat) return { agent, induction };
  const debug = config.llmDebugDir ? { debugDir: config.llmDebugDir } : {};
  return { agent, induction, openai: createOpenaiGenerator({ chat, store, library, ...debug }) };
}
