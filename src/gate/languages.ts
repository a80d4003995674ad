import { FoundryError } from '../errors.js';
import type { Language } from './model.js';

/** Code in a language that no sandbox of this server runs. */
export function languageNotRun(language: Language): FoundryError {
  return new FoundryError(
    'sandbox_unavailable',
    `Code in ${language} is not run here: there is no sandbox for it.`,
    'capability-foundry doctor shows the sandboxes that there are.',
  );
}
