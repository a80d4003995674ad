import type { Services } from '../src/services.js';
import { escapeUnseen } from '../src/visible.js';

/** Values of an argument that start with what was typed. */
export type CompleteArgument = (services: Services, prefix: string) => Promise<string[]>;

export interface PromptArgument {
  readonly description: string;
  readonly required: boolean;
  readonly complete?: CompleteArgument;
}

/** A prompt whose text is useful as it stands, also to a person who pastes it. */
export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly args: Readonly<Record<string, PromptArgument>>;
  render(args: Readonly<Record<string, string | undefined>>): string;
}

/** What the caller filled in, quoted so that it stays one value in the text. */
export function value(text: string): string {
  return escapeUnseen(JSON.stringify(text.slice(0, 1000)));
}
