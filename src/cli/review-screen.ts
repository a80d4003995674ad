import type { EvidenceRecord, RunTrace } from '../evidence/model.js';
import { type RecordedCall, recordedCalls } from '../evidence/trace.js';
import type { Waiting } from '../scoring/review-queue.js';
import { excerpt, fitted, wrapped } from './columns.js';

export interface Place {
  /** place in the queue, from 1 */
  readonly at: number;
  readonly of: number;
  /** how many others wait that are like it */
  readonly alike: number;
  readonly columns: number;
}

const firstCalls = 4;
const lastCalls = 6;
const likeness = { task: 'same task', clusters: 'same clusters', request: 'same request, tools' } as const;

/** What others have in common with a run. */
export function likenessOf(waiting: Waiting): string {
  return `${waiting.likeness ? likeness[waiting.likeness] : 'same run'} and markers`;
}

const indented = (lines: readonly string[], by: number): string[] => lines.map((line) => `${' '.repeat(by)}${line}`);
const isTalk = (record: EvidenceRecord): boolean =>
  record.kind === 'message' &&
  (record.role === 'assistant' || (record.role === 'user' && record.is_human)) &&
  (record.text ?? '').trim() !== '';

function headOf(waiting: Waiting, place: Place): string[] {
  const { run, likeness: like } = waiting;
  const facts = [
    `source ${run.source}`,
    ...(run.task_id === null ? [] : [`task ${run.task_id}`]),
    ...(run.trial === null ? [] : [`trial ${run.trial}`]),
  ];
  const alike =
    like === null || place.alike === 0
      ? 'None like it waits'
      : `${place.alike} more like it wait: ${likenessOf(waiting)}`;
  return [
    fitted(`${place.at} of ${place.of}: ${run.run_id}, ${facts.join(', ')}`, place.columns),
    fitted(`${run.records} records, ${run.calls} calls. ${alike}.`, place.columns),
  ];
}

function callLines(call: RecordedCall, columns: number): string[] {
  const state = call.result === undefined ? 'none' : call.failed ? 'FAIL' : 'ok';
  const at = String(call.callOrdinal).padStart(4);
  const line = fitted(`${call.tool} ${JSON.stringify(call.args ?? {})}`, columns - 11);
  const error = call.error === null ? [] : indented([fitted(call.error, columns - 11)], 11);
  return [`${at}  ${state.padEnd(4)} ${line}`, ...error];
}

function callsOf(calls: readonly RecordedCall[], columns: number): string[] {
  if (calls.length === 0) return ['  none'];
  if (calls.length <= firstCalls + lastCalls) return calls.flatMap((call) => callLines(call, columns));
  const left = calls.length - firstCalls - lastCalls;
  return [
    ...calls.slice(0, firstCalls).flatMap((call) => callLines(call, columns)),
    `      ... ${left} more, m shows all`,
    ...calls.slice(-lastCalls).flatMap((call) => callLines(call, columns)),
  ];
}

function spoken(record: EvidenceRecord, columns: number, most: number): string[] {
  const head = `${String(record.ordinal).padStart(4)}  ${record.role === 'user' ? 'user ' : 'agent'}`;
  return excerpt(record.text ?? '', columns - 13, most).map(
    (line, at) => `${at === 0 ? head : ' '.repeat(11)}  ${line}`,
  );
}

function reasonsOf({ reasons }: Waiting, ordinals: ReadonlyMap<string, number>, columns: number): string[] {
  return reasons.flatMap(({ severity, marker, message, evidence_id }) => {
    const ordinal = evidence_id === null ? undefined : ordinals.get(evidence_id);
    const on = ordinal === undefined ? '' : ` (record ${ordinal})`;
    const lines = excerpt(`${marker}${on}: ${message}`, columns - 9, 4);
    return lines.map((line, at) => `${at === 0 ? `  ${severity.padEnd(5)}` : '       '}  ${line}`);
  });
}

/** What a person sees of a run that waits: the request, the calls, the end, and why it waits. Text of the log is on lines of its own. */
export function screenOf(waiting: Waiting, trace: RunTrace, place: Place): string {
  const { columns } = place;
  const main = trace.records.filter((record) => !record.is_sidechain);
  const calls = recordedCalls({ run: trace.run, records: main });
  const ordinals = new Map(trace.records.map((record) => [record.evidence_id, record.ordinal]));
  const talk = main.filter(isTalk);
  const asked = talk.find((record) => record.role === 'user');
  const task = trace.run.task?.instruction;
  const end = talk.filter((record) => record !== asked).slice(-3);
  const part = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines]);
  const lines = [
    ...headOf(waiting, place),
    ...part('TASK, as the log declares it', task ? indented(excerpt(task, columns - 2, 5), 2) : []),
    ...part('REQUEST', asked ? spoken(asked, columns, 4) : ['  no words of a user']),
    ...part('CALLS', callsOf(calls, columns)),
    ...part('END', end.length > 0 ? end.flatMap((record) => spoken(record, columns, 3)) : ['  no words']),
    ...part('WHY IT WAITS', reasonsOf(waiting, ordinals, columns)),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function whole(record: EvidenceRecord, columns: number): string[] {
  const result = record.tool_result;
  const who = result
    ? `result${result.is_error ? ', error' : ''}`
    : record.is_sidechain
      ? `${record.role}, side chain`
      : (record.role ?? record.kind);
  const said =
    record.text ?? (result ? JSON.stringify(result.content) : record.outcome ? JSON.stringify(record.outcome) : '');
  return [
    `${record.ordinal}. ${who}`,
    ...indented(wrapped(said, columns - 2), 2),
    ...record.tool_calls.flatMap((call) =>
      indented(wrapped(`calls ${call.name} ${JSON.stringify(call.arguments ?? call.raw_arguments)}`, columns - 2), 2),
    ),
  ];
}

/** The whole run, record by record. */
export function wholeRun(trace: RunTrace, columns: number): string {
  return `${trace.records.flatMap((record) => whole(record, columns)).join('\n')}\n`;
}
