import type { JsonObject, JsonValue } from '../../json.js';
import type { Outcome } from '../model.js';
import { spanAt } from '../read/children.js';
import type { ValueSpan } from '../read/spans.js';
import { type Draft, emptyContent, idText, objectOf, type RecordContent } from './importer.js';

const outcomeKinds: Readonly<Record<string, Outcome['kind']>> = {
  reward: 'reward',
  score: 'reward',
  success: 'status',
  outcome: 'status',
};

function outcomeReader(field: string): (value: JsonValue) => RecordContent | string {
  return (value) => {
    const kind = outcomeKinds[field] ?? 'status';
    if (kind === 'reward' && typeof value !== 'number') return `${field} is not a number`;
    if (typeof value === 'object') return `${field} is neither a word, a number nor a boolean`;
    return { ...emptyContent, kind: 'outcome', outcome: { kind, value, grader: 'log' } };
  };
}

/** The first outcome field that the conversation or its metadata has. */
export function outcomeDraft(span: ValueSpan): Draft[] {
  for (const path of [[], ['metadata']]) {
    const holder = objectOf(spanAt(span, path)?.value);
    if (!holder) continue;
    for (const field of Object.keys(outcomeKinds)) {
      if (holder[field] === undefined || holder[field] === null) continue;
      const at = spanAt(span, [...path, field]);
      if (at) return [{ span: at, nativeId: null, read: outcomeReader(field) }];
    }
  }
  return [];
}

/** The first id that stands under one of the names in one of the holders. */
export function firstId(holders: readonly (JsonObject | undefined)[], names: readonly string[]): string | null {
  for (const holder of holders) {
    for (const name of names) {
      const id = idText(holder?.[name]);
      if (id !== null) return id;
    }
  }
  return null;
}
