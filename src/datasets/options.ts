import { FoundryError } from '../errors.js';
import type { RunFilter } from '../evidence/store.js';
import { boundOf } from '../times.js';
import type { BuildSftInput } from './contract.js';
import type { RowFormat } from './formats/format.js';
import { openaiFormat } from './formats/openai.js';
import { trlFormat } from './formats/trl.js';
import { defaultShares, type Shares } from './split.js';

const rowFormats: readonly RowFormat[] = [trlFormat, openaiFormat];

/** The format of that name. @throws FoundryError unsupported_format */
export function rowFormat(name: string): RowFormat {
  const found = rowFormats.find((format) => format.name === name);
  if (found) return found;
  throw new FoundryError(
    'unsupported_format',
    `Rows in the format ${name} cannot be written yet.`,
    `Use format ${rowFormats.map((format) => format.name).join(' or ')}.`,
  );
}

/** The arguments of a build with every default filled in; what the receipt keeps. */
export interface BuildOptions {
  readonly name: string;
  readonly format: RowFormat;
  readonly filter: RunFilter;
  readonly shares: Shares;
  readonly maskFailedSteps: boolean;
  readonly dedupe: boolean;
  readonly maxTokens: number | null;
  readonly perTask: number | null;
}

const invalid = (message: string, fix: string): FoundryError => new FoundryError('invalid_input', message, fix);

/** @throws FoundryError invalid_input, unsupported_format */
export function readOptions(input: BuildSftInput): BuildOptions {
  if (!/^[A-Za-z0-9_-]+$/.test(input.name)) {
    throw invalid('The name of a data set holds letters, digits, - and _ only.', 'Choose another name.');
  }
  if (input.unit !== undefined && input.unit !== 'run') {
    throw invalid(`Rows of the unit ${input.unit} cannot be built yet.`, 'Use unit run, or leave it out.');
  }
  const shares = input.split ?? defaultShares;
  if (shares.train + shares.validation + shares.test <= 0) {
    throw invalid('The shares of the split sum to 0.', 'Give at least one share above 0.');
  }
  const { since, until } = input.filter ?? {};
  return {
    name: input.name,
    format: rowFormat(input.format ?? 'trl'),
    filter: {
      ...input.filter,
      ...(since === undefined ? {} : { since: boundOf(since, 'filter.since') }),
      ...(until === undefined ? {} : { until: boundOf(until, 'filter.until', true) }),
    },
    shares,
    maskFailedSteps: input.mask_failed_steps ?? true,
    dedupe: input.dedupe ?? true,
    maxTokens: input.max_tokens ?? null,
    perTask: input.per_task ?? null,
  };
}
