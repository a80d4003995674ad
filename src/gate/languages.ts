import { FoundryError } from '../errors.js';
import type { Language } from './model.js';

/** What the contract names and this version does not run; descriptions and errors say it in these words. */
export const languageNote = 'this version runs TypeScript';

/** Code in a language that no sandbox runs. */
export function languageNotRun(language: Language): FoundryError {
  return new FoundryError(
    'invalid_input',
    `Code in ${language} is not run: ${languageNote}.`,
    'Write it in TypeScript: export async function execute(input, ctx).',
  );
}
