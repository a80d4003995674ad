import * as z from 'zod';
import type { WorkContext } from '../context.js';
import { barred } from '../datasets/rows.js';
import { FoundryError, throwIfCancelled } from '../errors.js';
import { type JsonObject, tryParseJson } from '../json.js';
import { storeReceipt } from '../receipts/receipts.js';
import { hasClientEvidence } from '../scoring/scorer.js';
import type { ExtractPlaybooksInput, ExtractPlaybooksOutput } from './contract.js';
import type { KnowledgeDeps } from './deps.js';
import { digestOf, type RunDigest } from './digest.js';
import type { Playbook } from './model.js';
import { playbooksOf } from './playbooks.js';
import { isOfType } from './task-type.js';

const defaultSupport = 2;
const defaultPage = 20;

const cursorSchema = z.strictObject({ from: z.int().min(1), receipt: z.string() });

function readCursor(text: string): z.infer<typeof cursorSchema> {
  const parsed = cursorSchema.safeParse(tryParseJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new FoundryError(
    'invalid_input',
    'The cursor is not one that extract_playbooks gave.',
    'Leave it out to start anew.',
  );
}

const writeCursor = (value: z.infer<typeof cursorSchema>): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

interface Gathered {
  readonly digests: RunDigest[];
  readonly runs: number;
  readonly left: Record<string, number>;
}

/** Runs that were accepted or rejected. Executions, and what a client handed in, are not learnt from. */
async function gather(deps: KnowledgeDeps, input: ExtractPlaybooksInput, context: WorkContext): Promise<Gathered> {
  const digests: RunDigest[] = [];
  const left: Record<string, number> = {};
  let runs = 0;
  const trust = deps.config.file.trust_client_outcomes === true;
  for await (const trace of deps.store.evidence.traces({ source: input.source, without_executions: true })) {
    throwIfCancelled(context.signal);
    if (!isOfType(trace.run, input.task_type)) continue;
    runs += 1;
    const score = (await deps.scoring.scoresOf([trace], context)).get(trace.run.run_id);
    const reason = barred(trace, score, trust);
    const isLesson = score?.category === 'rejected' && (trust || !hasClientEvidence(trace));
    if (score && (reason === null || isLesson)) digests.push(digestOf(trace, score));
    else left[reason ?? 'unscored'] = (left[reason ?? 'unscored'] ?? 0) + 1;
    context.progress(runs, undefined, `${runs} runs read`);
  }
  return { digests, runs, left };
}

async function refuseUnknown(deps: KnowledgeDeps, { source, task_type }: ExtractPlaybooksInput): Promise<void> {
  const known = [...new Set((await deps.store.evidence.listSources()).map((one) => one.source))].slice(0, 10);
  throw new FoundryError(
    'not_found',
    `No run ${[source && `of the source ${source}`, task_type && `of the task type ${task_type}`].filter(Boolean).join(' and ') || 'is stored'}.`,
    known.length > 0
      ? `Sources there are: ${known.join(', ')}; task types stand in ledger://models.`
      : 'Import logs first with import_evidence.',
  );
}

function noteOf({ digests }: Gathered, found: readonly Playbook[], minSupport: number): string | undefined {
  if (found.length > 0) return undefined;
  const accepted = digests.filter((one) => one.accepted).length;
  return `No steps recur in ${minSupport} accepted runs of one task type; ${accepted} runs are accepted, ${digests.length - accepted} rejected.`;
}

/** The work of extract_playbooks; a further page reads the same runs again and stores nothing. */
export async function extractPlaybooks(
  deps: KnowledgeDeps,
  input: ExtractPlaybooksInput,
  context: WorkContext,
): Promise<ExtractPlaybooksOutput> {
  const startedAt = deps.clock.now();
  const startedMs = deps.clock.elapsed();
  const cursor = input.cursor === undefined ? undefined : readCursor(input.cursor);
  const minSupport = input.min_support ?? defaultSupport;
  const gathered = await gather(deps, input, context);
  if (gathered.runs === 0) await refuseUnknown(deps, input);
  const found = playbooksOf(gathered.digests, minSupport, startedAt);
  let receiptId = cursor?.receipt;
  if (receiptId === undefined) {
    await deps.store.knowledge.putPlaybooks(found);
    const receipt = await storeReceipt(deps.store.receipts, deps.clock, {
      command: 'extract_playbooks',
      arguments: input as JsonObject,
      counts: { runs: gathered.runs, used: gathered.digests.length, playbooks: found.length, ...gathered.left },
      recordCounts: { in: gathered.runs, out: found.length },
      startedAt,
      startedMs,
      via: context.via,
    });
    receiptId = receipt.receipt_id;
  }
  const from = cursor?.from ?? 0;
  const to = from + (input.limit ?? defaultPage);
  const note = noteOf(gathered, found, minSupport);
  return {
    playbooks: found.slice(from, to).map(({ playbook_id, task_type, support, steps }) => ({
      playbook_id,
      task_type,
      support,
      steps: steps.map(({ step }) => step),
      uri: `playbooks://${playbook_id}`,
    })),
    count: found.length,
    ...(note === undefined ? {} : { note }),
    ...(found.length > to ? { next_cursor: writeCursor({ from: to, receipt: receiptId }) } : {}),
    receipt_id: receiptId,
  };
}
