import type { JsonValue } from '../../json.js';
import { isJsonObject } from '../../json.js';
import { DamagedCompression } from '../read/compressed.js';
import { readElements } from '../read/elements.js';
import { readLines } from '../read/lines.js';
import { parseBytes, type ReadProblem } from '../read/parse.js';
import type { OpenBytes, RawSpan } from '../read/spans.js';
import { readTime } from './chat.js';
import { type Importer, type Item, objectOf, rejected, textOf } from './importer.js';
import { importers } from './index.js';

/** How a file is cut into spans: a value a line, or one JSON document (or several) with its elements or members. */
export type Layout = 'lines' | 'elements' | 'members';

export interface Recognized {
  readonly importer: Importer;
  readonly layout: Layout;
  /** the first time that the file's first values name */
  readonly startsAt: string | null;
  /** the working folder that they name */
  readonly project: string | null;
}

const sampleSize = 20;
const sampleLimit = 1_000_000;

const problemTexts: Readonly<Record<ReadProblem, string>> = {
  not_json: 'not JSON',
  truncated: 'the file ends inside this value',
  too_long: 'longer than a single value may be',
  too_deep: 'nested too deeply',
  invalid_utf8: 'not valid UTF-8',
  empty_element: 'a comma with no value before it',
  unexpected_bytes: 'unexpected bytes',
};

/** Where compressed data is damaged, what came before it is judged. */
async function sample(spans: AsyncGenerator<RawSpan>, count: number): Promise<(JsonValue | undefined)[]> {
  const values: (JsonValue | undefined)[] = [];
  try {
    for await (const span of spans) {
      const parsed = span.problem ? { problem: span.problem } : parseBytes(span.bytes);
      values.push('value' in parsed ? parsed.value : undefined);
      if (values.length >= count) break;
    }
  } catch (error) {
    if (!(error instanceof DamagedCompression)) throw error;
  }
  return values;
}

function spansOf(open: OpenBytes, layout: Layout, limit?: number): AsyncGenerator<RawSpan> {
  if (layout === 'lines') return readLines(open, limit);
  const objects = layout === 'members' ? 'members' : 'whole';
  return readElements(open, limit === undefined ? { objects } : { objects, limit });
}

function votes(values: readonly (JsonValue | undefined)[], asked: readonly Importer[]): Map<Importer, number> {
  const counts = new Map<Importer, number>();
  for (const value of values) {
    if (value === undefined) continue;
    const importer = asked.find((one) => one.recognizes(value));
    if (importer) counts.set(importer, (counts.get(importer) ?? 0) + 1);
  }
  return counts;
}

/** The importer of the first value that settles the matter, else that of most values. */
function winner(values: readonly (JsonValue | undefined)[], only: Importer | undefined): Importer | undefined {
  const asked = only ? [only] : importers;
  for (const value of values) {
    const sure = value === undefined ? undefined : asked.find((one) => one.decides?.(value));
    if (sure) return sure;
  }
  return [...votes(values, asked)].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** Lines, where the first lines (more than one, or the only one) are whole objects or arrays by themselves. */
function isLines(first: readonly (JsonValue | undefined)[]): boolean {
  const whole = first.filter((value) => isJsonObject(value) || Array.isArray(value)).length;
  if (first.length === 1) return isJsonObject(first[0]);
  return whole * 2 > first.length || (whole > 0 && isJsonObject(first[0]));
}

function beginning(values: readonly (JsonValue | undefined)[]): Pick<Recognized, 'startsAt' | 'project'> {
  const lines = values.map((value) => objectOf(value)).filter((line) => line !== undefined);
  const folders = lines.flatMap((line) => textOf(line['cwd']) ?? textOf(objectOf(line['payload'])?.['cwd']) ?? []);
  const times = lines.flatMap((line) => readTime(line['timestamp']) ?? []);
  return { startsAt: times[0] ?? null, project: folders[0] ?? null };
}

/**
 * Finds out by content which importer reads a file, and how the file is laid out.
 * @param only the importer that the caller named; without one, all are asked
 * @returns undefined where no importer knows the content
 */
export async function recognize(open: OpenBytes, only?: Importer): Promise<Recognized | undefined> {
  const first = await sample(readLines(open, sampleLimit), sampleSize);
  if (first.length === 0) return undefined;
  const isByLine = isLines(first);
  if (isByLine) {
    const whole = first.includes(undefined) ? await sample(readLines(open), sampleSize) : first;
    const importer = winner(whole, only);
    if (importer) return { importer, layout: 'lines', ...beginning(whole) };
  }
  // Of lines in a format of its own the parts are no records: what stands in an envelope may look like a message.
  const layouts = isByLine && first.length > 1 ? (['elements'] as const) : (['elements', 'members'] as const);
  for (const layout of layouts) {
    const values = await sample(spansOf(open, layout), sampleSize);
    const importer = winner(values, only);
    if (importer) return { importer, layout, ...beginning(values) };
  }
  return undefined;
}

/** A file's values with their places, in order; what cannot be read comes out as rejected. */
export async function* readItems(open: OpenBytes, layout: Layout, limit?: number): AsyncGenerator<Item> {
  let last = { offset: 0, length: 0, line: 1 };
  try {
    for await (const span of spansOf(open, layout, limit)) {
      last = span;
      const parsed = span.problem ? { problem: span.problem } : parseBytes(span.bytes);
      if ('problem' in parsed) yield { rejected: rejected(span, problemTexts[parsed.problem]) };
      else {
        const { offset, length, line, pointer, bytes } = span;
        yield { span: { offset, length, line, pointer, bytes, value: parsed.value } };
      }
    }
  } catch (error) {
    if (!(error instanceof DamagedCompression)) throw error;
    const after = { offset: last.offset + last.length, length: 1, line: last.line };
    yield { rejected: rejected(after, 'behind this the compressed data ends early or is damaged') };
  }
}
