import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { WorkContext } from '../context.js';
import { FoundryError, throwIfCancelled } from '../errors.js';
import type { EvidenceRecord } from '../evidence/model.js';
import type { RunFilter } from '../evidence/store.js';
import { sha256 } from '../hash.js';
import type { FileRef } from '../receipts/model.js';
import { oneLine } from '../visible.js';
import { type Statement, stanceOf, statementsOf, wordsOfClaim } from './claim-evidence.js';
import { isDenial, queriesOf } from './claim-words.js';
import { type Claim, claimsOf } from './claims.js';
import type { KnowledgeDeps } from './deps.js';
import type { Drift } from './drift.js';
import type { Drifted } from './drift-contract.js';
import { type Point, pointOf } from './points.js';

const maxBytes = 1024 * 1024;
const maxClaims = 500;
/** Of each claim so many records are looked at, the best matches of the search first. */
const hitsLookedAt = 50;
const shownRecords = 5;

async function readDocument(
  deps: KnowledgeDeps,
  path: string,
  context: WorkContext,
): Promise<{ text: string; file: FileRef }> {
  // A path typed on the command line is granted for that command.
  const full = context.via === 'cli' ? resolve(path) : await deps.roots.readable(path);
  const shown = deps.roots.display(full);
  const found = await stat(full).catch(() => undefined);
  if (!found?.isFile())
    throw new FoundryError(
      'not_found',
      `No file is at ${shown}.`,
      'For claims, from is the path of a Markdown document.',
    );
  if (found.size > maxBytes)
    throw new FoundryError('limit', `${shown} is longer than ${maxBytes} bytes.`, 'Split the document.');
  const bytes = await readFile(full);
  return { text: bytes.toString('utf8'), file: { path: shown, sha256: sha256(bytes), bytes: bytes.length } };
}

async function filterOf(deps: KnowledgeDeps, point: Point): Promise<RunFilter> {
  if (point.kind !== 'named') return { without_executions: true };
  const known = await deps.store.evidence.listSources();
  if (known.some((one) => one.source === point.name)) return { source: point.name };
  throw new FoundryError(
    'not_found',
    'For claims, to is now, an ISO time or a source, and no source is called that.',
    `Sources there are: ${[...new Set(known.map((one) => one.source))].slice(0, 10).join(', ') || 'none'}.`,
  );
}

/** Statements of the runs that the search led to; each run is read once. */
function createReader(deps: KnowledgeDeps): (runId: string) => Promise<readonly Statement[]> {
  const read = new Map<string, readonly Statement[]>();
  return async (runId) => {
    const known = read.get(runId);
    if (known) return known;
    const trace = await deps.store.evidence.getTrace(runId);
    const statements = trace ? statementsOf(trace) : [];
    read.set(runId, statements);
    return statements;
  };
}

interface Sought {
  readonly filter: RunFilter;
  /** Only what was recorded until then. */
  readonly until: string | null;
  readonly statements: (runId: string) => Promise<readonly Statement[]>;
}

interface Found {
  readonly pro: Map<string, string>;
  readonly con: Map<string, string>;
  readonly searched: number;
}

/** The records that the search finds for a claim, best first, each once. */
async function hitsOf(deps: KnowledgeDeps, claim: Claim, filter: RunFilter) {
  const found = new Map<string, EvidenceRecord>();
  const { evidence } = deps.store;
  for (const query of queriesOf(claim.text)) {
    const { seqs } = await evidence.matchWords(query, filter, hitsLookedAt);
    for (const record of await evidence.recordsAt(seqs)) found.set(record.evidence_id, record);
  }
  return { records: [...found.values()], searched: await evidence.countRecords(filter) };
}

async function seek(deps: KnowledgeDeps, claim: Claim, sought: Sought): Promise<Found> {
  const { records, searched } = await hitsOf(deps, claim, sought.filter);
  const found: Found = { pro: new Map(), con: new Map(), searched };
  const words = wordsOfClaim(claim.text, claim.under[0] ?? '');
  const denies = isDenial(claim.text);
  for (const record of words ? records : []) {
    if (sought.until !== null && record.provenance.recorded_at > sought.until) continue;
    for (const one of await sought.statements(record.run_id)) {
      const isHit = one.evidenceId === record.evidence_id || one.callId === record.evidence_id;
      const stance = isHit && words ? stanceOf(one, words) : null;
      if (stance === null) continue;
      const side = (stance === 'denies') === denies ? found.pro : found.con;
      if (!side.has(one.evidenceId)) side.set(one.evidenceId, one.text);
    }
  }
  return found;
}

const verdictOf = ({ pro, con }: Found): string => {
  if (pro.size > 0 && con.size > 0) return `disputed: ${pro.size} for, ${con.size} against`;
  if (pro.size > 0) return `supported: ${pro.size} for`;
  return con.size > 0 ? `contradicted: ${con.size} against` : 'no evidence';
};

function told(side: ReadonlyMap<string, string>, sign: '+' | '-'): string[] {
  return [...side].slice(0, shownRecords).map(([id, text]) => {
    const line = oneLine(text);
    return `${sign} evidence://records/${id} ${JSON.stringify(line.length > 200 ? `${line.slice(0, 200)}...` : line)}`;
  });
}

function rowOf(claim: Claim, found: Found): Drifted {
  const heading = claim.under.at(-1);
  return {
    id: `line ${claim.line}${heading ? ` (${heading})` : ''}`,
    before: claim.text,
    after: verdictOf(found),
    reasons: [...told(found.pro, '+'), ...told(found.con, '-')],
  };
}

/** Each claim of a requirements document with the records that speak for it and against it. */
export async function claimDrift(
  deps: KnowledgeDeps,
  { from, to }: { readonly from: string; readonly to: string },
  context: WorkContext,
): Promise<Drift> {
  const { text, file } = await readDocument(deps, from, context);
  const point = pointOf(to);
  const all = claimsOf(text);
  const claims = all.slice(0, maxClaims);
  const sought: Sought = {
    filter: await filterOf(deps, point),
    until: point.kind === 'time' ? point.at : null,
    statements: createReader(deps),
  };
  const rows: Drifted[] = [];
  let searched = 0;
  for (const claim of claims) {
    throwIfCancelled(context.signal);
    const found = await seek(deps, claim, sought);
    searched = Math.max(searched, found.searched);
    rows.push(rowOf(claim, found));
    context.progress(rows.length, claims.length, `${rows.length} claims looked up`);
  }
  const count = (word: string): number => rows.filter((row) => row.after.startsWith(word)).length;
  const left = all.length > claims.length ? ` The first ${maxClaims} of ${all.length} were looked at.` : '';
  return {
    compared: claims.length,
    changed: rows,
    summary: `${claims.length} ${claims.length === 1 ? 'claim' : 'claims'}: ${count('supported')} supported, ${count('contradicted')} contradicted, ${count('disputed')} disputed, ${count('no evidence')} without evidence in ${searched} records.${left}`,
    inputs: [file],
  };
}
