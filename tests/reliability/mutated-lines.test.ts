import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bareCodexLines, codexLines } from '../unit/evidence/recordings/codex.js';
import { helpdeskLines, helpdeskMapping } from '../unit/evidence/recordings/mapped.js';
import { damaged, seeded } from '../unit/evidence/recordings/mutate.js';
import {
  chatTrace,
  eventTrace,
  flatTrace,
  otlp,
  structuredTrace,
  toolTrace,
} from '../unit/evidence/recordings/otel.js';
import { linkedRequests, responseItems, responseRequests } from '../unit/evidence/recordings/responses.js';
import { oldTrajectory, stepsOnly, toolTrajectory } from '../unit/evidence/recordings/swe-agent.js';
import { tau2Results } from '../unit/evidence/recordings/tau2.js';
import { type Bench, claudeLines, conversation, createBench, tauRun, unaccounted } from '../unit/evidence/support.js';

const acts = Array.from({ length: 6 }, (_, at) => ({
  act_id: `f1#${at}`,
  forum_id: 'f1',
  intent: `Send parcel ${at} on`,
  action: 'Send it',
  latent_tool_calls: [{ tool_category: 'post', operation: 'send', target_type: 'parcel' }],
}));

const spans = [...chatTrace, ...structuredTrace, ...toolTrace];

/** Recordings of every importer, as the lines that are damaged. */
const recordings: Readonly<Record<string, readonly (readonly object[])[]>> = {
  openai_chat: [
    conversation,
    [1, 2, 3].map((id) => ({ id, messages: conversation })),
    [
      {
        request: { messages: conversation },
        response: { choices: [{ message: { role: 'assistant', content: 'x' } }] },
      },
    ],
  ],
  tau_bench: [[tauRun(1, 0, 1), tauRun(1, 1, 0), tauRun(2, 0, 1)]],
  claude_code: [claudeLines('s1'), claudeLines('s2')],
  semantic_acts: [acts],
  codex: [codexLines(), bareCodexLines()],
  openai_responses: [responseItems, responseRequests, linkedRequests],
  tau2_bench: [[tau2Results], tau2Results.simulations],
  swe_agent: [[toolTrajectory], [oldTrajectory], [stepsOnly]],
  otel_genai: [spans.map((span) => otlp([span])), [otlp(chatTrace), otlp(eventTrace), otlp(flatTrace)]],
  mapped: [helpdeskLines],
};

const linesEach = 1_050;
const memoryBound = 400 * 1024 * 1024;

/** A log of damaged lines in an order of chance, with some whole ones between them. */
function damagedLog(recording: readonly object[], random: () => number): { bytes: Buffer; damages: number } {
  const lines = Array.from({ length: 8 }, () => recording.map((value) => JSON.stringify(value))).flat();
  const ids = [...lines.join('\n').matchAll(/"[^"\\]{1,20}"(?!\s*:)/g)].map((id) => id[0]);
  let damages = 0;
  const pieces = lines
    .map((line) => ({ line, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ line }) => {
      if (random() < 0.2) return Buffer.from(line);
      damages += 1;
      return damaged(line, random, ids);
    });
  return { bytes: Buffer.concat(pieces.flatMap((piece) => [piece, Buffer.from('\n')])), damages };
}

/** Writes a folder of such logs and returns how many lines were damaged. */
function writeFolder(bench: Bench, format: string): number {
  const random = seeded(format.length * 7919 + 1);
  let damages = 0;
  for (let round = 0; damages < linesEach; round += 1) {
    for (const [kind, recording] of (recordings[format] ?? []).entries()) {
      const log = damagedLog(recording, random);
      bench.file(`${format}/${kind}-${round}.jsonl`, log.bytes);
      damages += log.damages;
    }
  }
  return damages;
}

describe('ten thousand damaged lines', () => {
  let bench: Bench;
  let damages = 0;
  beforeEach(() => {
    bench = createBench();
  });
  afterEach(() => bench.close());

  for (const format of Object.keys(recordings)) {
    it(`are read as ${format} without a crash, each accounted for, within a fixed memory`, async () => {
      damages += writeFolder(bench, format);
      const mapping = bench.file('mapping.json', JSON.stringify(helpdeskMapping));
      const input = { path: `${bench.logs}/${format}`, ...(format === 'mapped' ? { mapping } : {}) };
      const before = process.memoryUsage.rss();
      const output = await bench.import(input);
      expect(process.memoryUsage.rss() - before).toBeLessThan(memoryBound);
      expect(unaccounted(output)).toBe(0);
      expect(output.imported).toBeGreaterThan(0);
      expect(output.rejected).toBeGreaterThan(0);
      const runs = await bench.store.evidence.listRuns({}, 100_000);
      const traces = await Promise.all(runs.map(({ run_id }) => bench.store.evidence.getTrace(run_id, 'all')));
      const stored = traces.reduce((sum, trace) => sum + (trace?.records.length ?? 0), 0);
      expect(stored).toBe(output.imported);
      for (const trace of traces) expect(trace?.run.records).toBe(trace?.records.length);
      const again = await bench.import(input);
      expect([again.imported, unaccounted(again), again.records_read]).toEqual([0, 0, output.records_read]);
    });
  }

  it('were ten thousand and more', () => {
    expect(damages).toBeGreaterThan(10_000);
  });
});
