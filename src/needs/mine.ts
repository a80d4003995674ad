import { createHash, type Hash } from 'node:crypto';
import type { WorkContext } from '../context.js';
import { FoundryError, throwIfCancelled } from '../errors.js';
import type { RunTrace } from '../evidence/model.js';
import type { EvidenceStore, RunFilter } from '../evidence/store.js';
import { contentId, hashOf } from '../hash.js';
import type { JsonObject } from '../json.js';
import type { ScoringService } from '../scoring/service.js';
import { actsOf } from './acts.js';
import { groupTexts } from './groups.js';
import type { Act, Mining, Need, NeedPart } from './model.js';
import { needText } from './need-text.js';
import { sampleIndices, seededRandom } from './random.js';

/** Goes up with every change that moves an act, a text or a group. */
const miningVersion = 1;
const scoredAtOnce = 50;

export interface MineDeps {
  readonly evidence: Pick<EvidenceStore, 'traces' | 'countRuns' | 'listSources'>;
  readonly scoring: Pick<ScoringService, 'scoresOf'>;
}

export interface MineOptions {
  readonly filter: RunFilter;
  readonly parts: readonly NeedPart[];
  readonly limitActs: number | undefined;
  readonly sampleActs: number | undefined;
  readonly seed: number;
}

export interface Mined {
  readonly mining: Omit<Mining, 'created_at'>;
  readonly acts: readonly Act[];
  /** The representative of each group first. */
  readonly needs: readonly Need[];
  readonly runIds: readonly string[];
}

/**
 * Reads the acts off all runs that the filter leaves, scores those runs on the way, and merges near-duplicate needs.
 * @throws FoundryError not_found where there are no such runs, cancelled
 */
export async function mine(deps: MineDeps, options: MineOptions, context: WorkContext): Promise<Mined> {
  const read = await readActs(deps, options.filter, context);
  if (read.runIds.length === 0) {
    throw await nothingToMine(deps, options.filter);
  }
  const acts = choose(read.acts, options);
  const config: JsonObject = {
    version: miningVersion,
    need_text: [...options.parts],
    limit_acts: options.limitActs ?? null,
    sample_acts: options.sampleActs ?? null,
    seed: options.sampleActs === undefined ? null : options.seed,
    evidence: read.evidenceHash,
  };
  const { needs, groups, rejected } = needsOf(acts, options.parts);
  const mining = {
    mining_id: contentId('mining', config),
    config,
    runs: read.runIds.length,
    acts: acts.length,
    needs: needs.length,
    groups,
    merged: needs.length - groups,
    rejected,
  };
  return { mining, acts, needs, runIds: read.runIds };
}

/** Says which sources there are, where runs were asked for that are not there. */
async function nothingToMine({ evidence }: MineDeps, { source }: RunFilter): Promise<FoundryError> {
  const agents = (await evidence.listSources()).filter((one) => one.origin !== 'execution');
  const known = [...new Set(agents.map((one) => one.source))].slice(0, 10);
  if (known.length === 0) {
    const fix = 'Import logs first: give mine_needs a path, or call import_evidence.';
    return new FoundryError('not_found', 'There are no runs to mine.', fix);
  }
  const what = source === undefined ? 'No run fits what was asked for.' : `No run has the source ${clip(source)}.`;
  return new FoundryError('not_found', what, `Sources there are: ${known.join(', ')}.`);
}

function clip(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

async function readActs(
  { evidence, scoring }: MineDeps,
  filter: RunFilter,
  context: WorkContext,
): Promise<{ acts: Act[]; runIds: string[]; evidenceHash: string }> {
  const total = await evidence.countRuns(filter);
  const hash = createHash('sha256');
  const acts: Act[] = [];
  const runIds: string[] = [];
  let unscored: RunTrace[] = [];
  const score = async (): Promise<void> => {
    if (unscored.length > 0) await scoring.scoresOf(unscored, context);
    unscored = [];
  };
  for await (const trace of evidence.traces(filter)) {
    throwIfCancelled(context.signal);
    addTo(hash, trace);
    runIds.push(trace.run.run_id);
    for (const act of actsOf(trace)) acts.push(act);
    unscored.push(trace);
    if (unscored.length >= scoredAtOnce) await score();
    context.progress(runIds.length, total, `${acts.length} acts read`);
  }
  await score();
  return { acts, runIds, evidenceHash: hash.digest('hex') };
}

function addTo(hash: Hash, trace: RunTrace): void {
  hash.update(`${trace.run.run_id}\n${trace.records.map((record) => record.evidence_id).join('\n')}\n\n`);
}

function choose(acts: readonly Act[], { limitActs, sampleActs, seed }: MineOptions): readonly Act[] {
  const first = limitActs === undefined ? acts : acts.slice(0, limitActs);
  if (sampleActs === undefined || sampleActs >= first.length) return first;
  return sampleIndices(first.length, sampleActs, seededRandom(seed)).flatMap((index) => first[index] ?? []);
}

/** An act whose text is empty becomes no need; it is counted as rejected. */
function needsOf(
  acts: readonly Act[],
  parts: readonly NeedPart[],
): { needs: Need[]; groups: number; rejected: number } {
  const drafts = acts.map((act) => ({ act, text: needText(act, parts) })).filter(({ text }) => text !== '');
  const groupOf = groupTexts(drafts.map(({ text }) => text));
  const members: { need_id: string; act: Act; text: string }[][] = [];
  drafts.forEach(({ act, text }, index) => {
    const group = groupOf[index] ?? 0;
    const need = { need_id: contentId('need', { act_id: act.act_id, text }), act, text };
    const known = members[group];
    if (known) known.push(need);
    else members[group] = [need];
  });
  const needs = members.flatMap((group) => {
    const group_id = contentId('group', hashOf(group.map((need) => need.need_id).sort()));
    return representativeFirst(group).map(({ need_id, act, text }) => ({
      need_id,
      act_id: act.act_id,
      run_id: act.run_id,
      text,
      group_id,
    }));
  });
  return { needs, groups: members.length, rejected: acts.length - drafts.length };
}

/** The text that most members have stands for the group; of several, the one met first. */
function representativeFirst<T extends { readonly text: string }>(group: readonly T[]): T[] {
  const counts = new Map<string, number>();
  for (const { text } of group) counts.set(text, (counts.get(text) ?? 0) + 1);
  let best = 0;
  group.forEach((need, index) => {
    if ((counts.get(need.text) ?? 0) > (counts.get(group[best]?.text ?? '') ?? 0)) best = index;
  });
  return [...group.slice(best, best + 1), ...group.slice(0, best), ...group.slice(best + 1)];
}
