import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FoundryError } from '../../../src/errors.js';
import { everything, parallel, rewound } from './recordings/claude.js';
import { bareCodexLines, codexLines } from './recordings/codex.js';
import { helpdeskLines, helpdeskMapping } from './recordings/mapped.js';
import { mutated, planted, seeded } from './recordings/mutate.js';
import { chatTrace, eventTrace, flatTrace, otlp, structuredTrace, toolTrace } from './recordings/otel.js';
import { linkedRequests, responseItems, responseRequests } from './recordings/responses.js';
import { oldTrajectory, stepsOnly, toolTrajectory } from './recordings/swe-agent.js';
import { tau2Results } from './recordings/tau2.js';
import { type Bench, createBench, jsonl, unaccounted } from './support.js';

let bench: Bench;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.close());

interface Log {
  readonly lines: boolean;
  readonly texts: readonly string[];
  readonly mapping?: object;
}

/** Recordings by format; a line each, or a document over many lines. Every line of a `lines` log is at least one record. */
const logs: Readonly<Record<string, Log>> = {
  claude_code: { lines: true, texts: [everything(), parallel(), rewound()].map((session) => jsonl(session.lines)) },
  codex: { lines: true, texts: [jsonl(codexLines()), jsonl(bareCodexLines())] },
  tau2_bench: { lines: false, texts: [JSON.stringify(tau2Results, null, 1), jsonl([tau2Results])] },
  swe_agent: {
    lines: false,
    texts: [toolTrajectory, oldTrajectory, stepsOnly].map((run) => JSON.stringify(run, null, 1)),
  },
  otel_genai: {
    lines: true,
    texts: [
      jsonl([...chatTrace, ...structuredTrace, ...toolTrace].map((span) => otlp([span]))),
      jsonl([otlp(chatTrace), otlp(eventTrace), otlp(flatTrace)]),
    ],
  },
  mapped: { lines: true, texts: [jsonl(helpdeskLines)], mapping: helpdeskMapping },
  openai_responses: {
    lines: true,
    texts: [jsonl(responseItems), jsonl([responseItems]), jsonl(responseRequests), jsonl(linkedRequests)],
  },
};

/** So many damaged copies of each recording; about half of the lines of each are damaged. */
const copies = 10;

describe('however the lines of a log are damaged', () => {
  for (const [format, { lines, texts, mapping }] of Object.entries(logs)) {
    it(`reading it as ${format} neither fails nor loses count`, { timeout: 180_000 }, async () => {
      const named = mapping ? { mapping: bench.file('mapping.json', JSON.stringify(mapping)) } : {};
      for (const [kind, text] of texts.entries()) {
        for (let seed = 1; seed <= copies; seed += 1) {
          const damaged = mutated(text, seeded(seed * 7919 + kind));
          const path = bench.file(`${kind}-${seed}.log`, damaged);
          const output = await bench.import({ path, dry_run: true, ...named }).catch((error: unknown) => {
            expect(error).toMatchObject({ code: 'unsupported_format' });
            expect(error).toBeInstanceOf(FoundryError);
          });
          if (!output) continue;
          expect([seed, unaccounted(output)]).toEqual([seed, 0]);
          const filled = damaged
            .toString('latin1')
            .split('\n')
            .filter((line) => line.trim() !== '').length;
          if (lines && output.format === format) expect(output.records_read).toBeGreaterThanOrEqual(filled);
        }
      }
    });
  }
});

/** Everything that the store wrote. */
function storedBytes(): string {
  const folder = join(bench.home, 'data');
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('');
}

describe('wherever a secret stands in a log', () => {
  for (const [format, { texts, mapping }] of Object.entries(logs)) {
    it(`reading it as ${format} keeps it out of the store, and what is stored can be proved`, async () => {
      const named = mapping ? { mapping: bench.file('mapping.json', JSON.stringify(mapping)) } : {};
      const secret = ['AKIA', 'Q7MZ4XW2LD9KTBVC'].join('');
      let redacted = 0;
      for (const [kind, text] of texts.entries()) {
        for (let seed = 1; seed <= 3; seed += 1) {
          const path = bench.file(`${kind}-${seed}.log`, planted(text, seeded(seed * 104_729 + kind), secret));
          const output = await bench.import({ path, ...named });
          expect(unaccounted(output)).toBe(0);
          redacted += output.redacted['AWS_KEY'] ?? 0;
        }
      }
      expect(redacted).toBeGreaterThan(0);
      expect(storedBytes()).toContain('[AWS_KEY_1]');
      expect(storedBytes()).not.toContain(secret);
      for (const { run } of await bench.traces()) {
        // The last record is proved with all that came before it.
        const whole = await bench.store.evidence.getTrace(run.run_id, 'all');
        const last = whole?.records.at(-1)?.evidence_id ?? '';
        expect(await bench.service.verifyRecord(last)).toBeNull();
      }
    });
  }
});
