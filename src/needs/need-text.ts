import type { Act, NeedPart } from './model.js';
import { identifierWords, oneLine, toolPhrase, withoutValues } from './words.js';

export const defaultParts: readonly NeedPart[] = ['intent', 'action', 'tools'];

function toolsOf(act: Act): string {
  const named = toolPhrase(act.calls);
  const targets = act.calls.flatMap((call) => {
    const target = call.arguments?.['target_type'];
    return typeof target === 'string' ? [identifierWords(target)] : [];
  });
  return [named, ...new Set(targets)].join(' ');
}

const readers: Readonly<Record<NeedPart, (act: Act) => string>> = {
  intent: (act) => act.intent,
  action: (act) => act.action,
  tools: toolsOf,
  grounding: (act) => act.grounding ?? '',
  source: (act) => act.segments.join(' '),
};

/**
 * The text that stands for an act's need, by a fixed mapping: the chosen parts in their fixed order, values replaced by
 * what they are, each part once, no field labels. Empty where the parts say nothing.
 */
export function needText(act: Act, parts: readonly NeedPart[] = defaultParts): string {
  const texts = (Object.keys(readers) as NeedPart[])
    .filter((part) => parts.includes(part))
    .map((part) => oneLine(withoutValues(readers[part](act)).replace(/\.{2,}/g, ' ')).replace(/[\s.,;:?!]+$/, ''));
  return [...new Set(texts.filter((text) => /[\p{L}\p{N}]/u.test(text)))].join('. ');
}
