import { spawn } from 'node:child_process';
import { transform } from 'esbuild';
import type { Candidate, Language } from '../src/gate/model.js';
import { type SpecTest, specSchema } from '../src/specs/model.js';
import { families, honest, variants } from '../tests/support/gate-candidates.js';

/** Three tests each, two of them visible. */
function typescriptCandidates(count: number): Candidate[] {
  const all = Array.from({ length: variants }, (_, variant) => families.map((family) => honest(family, variant)));
  return all
    .flat()
    .slice(0, count)
    .map(({ candidate }) => ({
      ...candidate,
      visibleTests: candidate.visibleTests.slice(0, 2),
      hiddenTests: candidate.hiddenTests.slice(0, 1),
    }));
}

const pythonBody = (at: number): string => `import re
from collections import Counter

def words(text):
    return re.findall(r"[a-z]+", text.lower())

def execute(input, ctx):
    found = Counter(words(input["text"]))
    if not found:
        return {"status": "missing", "payload": {}, "prov": []}
    long = {word: count for word, count in sorted(found.items()) if len(word) > ${at % 4}}
    return {"status": "ok", "payload": {"counts": long, "distinct": len(found) + ${at}}, "prov": []}
`;

function pythonTest(name: string, text: string, at: number): SpecTest {
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  const distinct = [...new Set(words)].sort();
  if (distinct.length === 0) return { name, input: { text }, expected: { status: 'missing' } };
  const kept = distinct.filter((word) => word.length > at % 4);
  const counts = Object.fromEntries(kept.map((word) => [word, words.filter((other) => other === word).length]));
  return { name, input: { text }, expected: { status: 'ok', payload: { counts, distinct: distinct.length + at } } };
}

function pythonCandidate(at: number): Candidate {
  const tests = [
    pythonTest('some', 'The cat saw the other cat, and it ran.', at),
    pythonTest('none', '1 2 3', at),
    pythonTest('more', 'a bb ccc dddd a bb eeeee', at),
  ];
  const spec = specSchema.parse({
    name: `count_words_${at}`,
    kind: 'primitive',
    summary: `Count the words of a text that are longer than ${at % 4} letters.`,
    input_schema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
    output_schema: { type: 'object' },
    tests: tests.slice(0, 2),
  });
  return {
    spec,
    code: pythonBody(at),
    language: 'python',
    visibleTests: tests.slice(0, 2),
    hiddenTests: tests.slice(2),
    inheritedTests: [],
    authorSawAll: false,
  };
}

export function candidates(language: Language, count: number): Candidate[] {
  if (language === 'typescript') return typescriptCandidates(count);
  return Array.from({ length: count }, (_, at) => pythonCandidate(at));
}

function ended(command: string, args: readonly string[], program: string): Promise<boolean> {
  const child = spawn(command, [...args], { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.on('error', () => undefined);
  child.stdin.end(program);
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (status) => resolve(status === 0));
  });
}

/** What a runner without walls or stages does: one plain process a candidate, its verdict in the exit code. */
export async function plainProcess({ code, language, visibleTests, hiddenTests }: Candidate): Promise<boolean> {
  const tests = JSON.stringify([...visibleTests, ...hiddenTests]);
  if (language === 'python') {
    const runner = `${code}
import json, sys
for t in json.loads(${JSON.stringify(tests)}):
    got = execute(t["input"], None)
    if "payload" in t["expected"] and got["payload"] != t["expected"]["payload"]:
        sys.exit(1)
`;
    return ended('python3', ['-'], runner);
  }
  const javascript = await transform(code, { loader: 'ts', format: 'esm' });
  const runner = `${javascript.code}
for (const t of ${tests}) {
  const got = await execute(t.input, {});
  if (t.expected.payload !== undefined && JSON.stringify(got.payload) !== JSON.stringify(t.expected.payload)) process.exit(1);
}`;
  return ended(process.execPath, ['--input-type=module', '-'], runner);
}
