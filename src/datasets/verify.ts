import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainContext } from '../context.js';
import { FoundryError } from '../errors.js';
import { hashOf } from '../hash.js';
import { canonicalJson, isJsonObject, type JsonObject, tryParseJson } from '../json.js';
import { type Receipt, receiptSchema } from '../receipts/model.js';
import { fileRef } from '../receipts/receipts.js';
import { conversationOf, flatten } from './conversation.js';
import type { DatasetDeps } from './deps.js';
import { dataFile, provenanceFile, readJsonLines } from './files.js';
import type { RowFormat } from './formats/format.js';
import { rowFormat } from './options.js';
import { type RowProvenance, rowProvenanceSchema } from './provenance.js';
import { barred } from './rows.js';
import { splitNames } from './split.js';

interface Built {
  readonly name: string;
  readonly format: RowFormat;
  readonly receipt: Receipt;
}

async function readReceipt(dir: string): Promise<Built> {
  const text = await readFile(join(dir, 'receipt.json'), 'utf8').catch(() => null);
  const receipt = receiptSchema.safeParse(text === null ? null : tryParseJson(text));
  const name = receipt.data?.arguments['name'];
  if (!receipt.success || receipt.data.command !== 'build_sft' || typeof name !== 'string') {
    throw new FoundryError(
      'invalid_input',
      'The folder holds no receipt of a data set.',
      'Give the folder that build_sft wrote.',
    );
  }
  return { name, format: rowFormat(String(receipt.data.arguments['format'])), receipt: receipt.data };
}

async function checkFiles(dir: string, receipt: Receipt, problems: string[]): Promise<void> {
  for (const output of receipt.outputs) {
    const found = await fileRef(join(dir, output.path)).catch(() => null);
    if (!found) problems.push(`${output.path}: the file is missing`);
    else if (found.sha256 !== output.sha256) problems.push(`${output.path}: the file is not the one of the receipt`);
  }
}

type Sidecar = Map<string, RowProvenance[]>;

async function readSidecar(dir: string, name: string, problems: string[]): Promise<Sidecar> {
  const entries: Sidecar = new Map();
  let line = 0;
  for await (const value of readJsonLines(join(dir, provenanceFile(name)))) {
    line += 1;
    const entry = rowProvenanceSchema.safeParse(value);
    if (!entry.success) {
      problems.push(`${provenanceFile(name)}:${line}: not a provenance entry`);
      continue;
    }
    entries.set(entry.data.row_id, [...(entries.get(entry.data.row_id) ?? []), entry.data]);
  }
  return entries;
}

/** Weights are left aside: whether the last call of a run failed stands in a record that its row does not hold. */
function comparable(row: JsonObject): string {
  const messages = Array.isArray(row['messages']) ? row['messages'] : [];
  return canonicalJson(
    messages.map((message) => {
      if (!isJsonObject(message)) return message;
      const { weight: _weight, ...rest } = message;
      return rest;
    }),
  );
}

/** Renders the messages of a row again from the records that its provenance names, and compares. */
async function checkContent(
  deps: DatasetDeps,
  built: Built,
  found: { row: JsonObject; entry: RowProvenance },
): Promise<string | null> {
  const trace = await deps.store.evidence.getTrace(found.entry.run_id);
  if (!trace) return 'its run is not in the store';
  const score = (await deps.scoring.scoresOf([trace], plainContext())).get(trace.run.run_id);
  const reason = barred(trace, score, deps.config.file.trust_client_outcomes === true);
  if (reason !== null) return `its run no longer counts as good (${reason})`;
  const named = new Set(found.entry.messages.map((message) => message.evidence_id));
  const records = trace.records.filter((record) => named.has(record.evidence_id));
  const conversation = conversationOf({ run: trace.run, records });
  if (typeof conversation === 'string') return `its evidence is no conversation (${conversation})`;
  const again = built.format.render(flatten(conversation), { tools: [], maskFailedSteps: false });
  return comparable(again) === comparable(found.row) ? null : 'its messages are not what its evidence says';
}

async function checkRow(
  deps: DatasetDeps,
  built: Built,
  found: { row: JsonObject; entry: RowProvenance },
): Promise<string[]> {
  const problems: string[] = [];
  const shape = built.format.problem(found.row);
  if (shape !== null) problems.push(`not a valid ${built.format.name} row (${shape})`);
  const content = await checkContent(deps, built, found);
  if (content !== null) problems.push(content);
  const held = await deps.evidence.heldKinds(found.row);
  if (held.length > 0) problems.push(`it holds what is to be redacted (${held.join(', ')})`);
  for (const id of new Set(found.entry.messages.map((message) => message.evidence_id))) {
    const problem = await deps.evidence.verifyRecord(id);
    if (problem !== null) problems.push(`record ${id}: ${problem}`);
  }
  return problems;
}

/** Checks an exported folder: files against the receipt, rows against their provenance, provenance against the sources. */
export async function verifyDataset(deps: DatasetDeps, dir: string): Promise<{ rows: number; problems: string[] }> {
  const built = await readReceipt(dir);
  const problems: string[] = [];
  await checkFiles(dir, built.receipt, problems);
  const outputs = new Set(built.receipt.outputs.map((output) => output.path));
  const sidecar = outputs.has(provenanceFile(built.name)) ? await readSidecar(dir, built.name, problems) : new Map();
  let rows = 0;
  for (const split of splitNames) {
    const file = dataFile(built.name, split);
    if (!outputs.has(file)) continue;
    let line = 0;
    for await (const row of readJsonLines(join(dir, file))) {
      rows += 1;
      line += 1;
      const say = (problem: string): number => problems.push(`${file}:${line}: ${problem}`);
      const entries: RowProvenance[] = isJsonObject(row) ? (sidecar.get(hashOf(row)) ?? []) : [];
      const entry = entries.find((one) => one.split === split);
      if (!isJsonObject(row) || !entry) {
        say('no provenance entry of this split has the hash of this row');
        continue;
      }
      entries.splice(entries.indexOf(entry), 1);
      for (const problem of await checkRow(deps, built, { row, entry })) say(problem);
    }
  }
  for (const [rowId, left] of sidecar) {
    if (left.length > 0) problems.push(`${provenanceFile(built.name)}: ${rowId} belongs to no row`);
  }
  return { rows, problems };
}
