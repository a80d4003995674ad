import { FoundryError } from '../../errors.js';
import type { Failure } from './endpoint.js';

/** The error for a call that finally failed. Our own words only: the endpoint's may hold keys or the request. */
export function failureError(failure: Failure, tries: number): FoundryError {
  const after = tries === 1 ? '1 attempt' : `${tries} attempts`;
  if (failure.kind === 'timeout') {
    return new FoundryError(
      'timeout',
      `The model endpoint gave no answer in time (${after}).`,
      'Start the same work again, or raise models.timeout_ms in foundry.config.json; answers so far are kept.',
    );
  }
  if (failure.kind === 'setup') {
    return new FoundryError(
      'needs_setup',
      `The model endpoint refused the request (${failure.detail}).`,
      'Check OPENAI_API_KEY, OPENAI_BASE_URL and FOUNDRY_CHAT_MODEL. The generators agent and induction need no key.',
    );
  }
  return new FoundryError(
    'upstream',
    `The model endpoint failed after ${after} (${failure.detail}).`,
    'Start the same work again later, answers so far are kept; or use the generator agent or induction, which need no endpoint.',
  );
}
