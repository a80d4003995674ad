import { plural } from '../plural.js';
import type { Store } from '../store.js';
import { oneLine } from '../visible.js';
import type { RunFilter, WordMatches } from './store.js';

/** What a search looked at and what came of it, as far as its answer has to explain it. */
export interface Looked {
  readonly filter: RunFilter;
  readonly searched: number;
  readonly found: number;
  readonly words: WordMatches;
  /** records in the store, and how many of them have a vector; undefined where meaning was not asked */
  readonly meaning: { readonly done: number; readonly all: number } | undefined;
  /** meaning was asked, and could not be had */
  readonly wordsOnly: boolean;
}

const shownNames = 8;
const shownLength = 60;

/** A name from outside, so that it is not taken for words of ours. */
function quoted(name: string): string {
  const line = oneLine(name);
  return JSON.stringify(line.length > shownLength ? `${line.slice(0, shownLength)}...` : line);
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).map(quoted).join(', ');
  return names.length > shownNames ? `${shown} and ${names.length - shownNames} more` : shown;
}

/** Why the filters leave nothing: the first of them that leaves nothing by itself. */
async function whyNothingIsLeft(store: Store, filter: RunFilter): Promise<string> {
  const leaves = (one: RunFilter): Promise<number> => store.evidence.countRecords(one);
  if ((await leaves({})) === 0) return 'Nothing was imported yet; import_evidence reads logs.';
  if (filter.source !== undefined && (await leaves({ source: filter.source })) === 0) {
    const labels = new Set((await store.evidence.listSources()).map((one) => one.source));
    return `There is no source ${quoted(filter.source)}; there ${labels.size === 1 ? 'is' : 'are'} ${listed([...labels])}.`;
  }
  const [run] = filter.run_ids ?? [];
  if (run !== undefined && (await leaves({ run_ids: [run] })) === 0) {
    return `There is no run ${quoted(run)}; evidence://runs lists them.`;
  }
  if (filter.task_id !== undefined && (await leaves({ task_id: filter.task_id })) === 0) {
    return `No run has the task or task type ${quoted(filter.task_id)}; evidence://runs shows tasks, ledger://models types.`;
  }
  if (filter.category !== undefined && (await leaves({ category: filter.category })) === 0) {
    return `No run is scored ${filter.category}; score_run scores runs.`;
  }
  if (filter.since !== undefined || filter.until !== undefined) {
    const { since, until } = filter;
    if (since !== undefined && until !== undefined && since > until)
      return 'since is after until: no time lies between them.';
    if ((await leaves({ since, until })) === 0) return 'No run falls into this time; take since or until further.';
  }
  return 'Each filter leaves records, but no record passes all of them; leave one out.';
}

function whyNoRecord({ words, searched, meaning, filter }: Looked): string {
  const near = meaning ? ', and none is near to it in meaning' : '';
  if (words.terms.length === 0) {
    return words.absent.length === 0
      ? 'The query holds no word that could be looked for.'
      : `No record holds ${listed(words.absent)}${near}; try other words.`;
  }
  const filtered = Object.values(filter).some((one) => one !== undefined);
  return filtered
    ? `${listed(words.terms)}: only in records that the filters leave out. Of the ${plural(searched, 'record')} left none holds a word of the query${near}; loosen the filters.`
    : `No record holds a word of the query${near}; try other words.`;
}

/** What a reader has to know about a search beside its results; undefined where there is nothing to say. */
export async function noteOn(store: Store, looked: Looked): Promise<string | undefined> {
  const notes: string[] = [];
  if (looked.searched === 0) return whyNothingIsLeft(store, looked.filter);
  if (looked.found === 0) notes.push(whyNoRecord(looked));
  if (looked.wordsOnly) notes.push('Searched by words only: embeddings could not be had just now.');
  const { meaning } = looked;
  if (meaning && meaning.done < meaning.all) {
    const still = plural(meaning.all - meaning.done, 'record');
    notes.push(`${still} of ${meaning.all} could only be searched by words: their embeddings are still being made.`);
  }
  return notes.length === 0 ? undefined : notes.join(' ');
}
