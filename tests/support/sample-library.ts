import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A small library of the other layout: sound, weak and hostile artefacts, each with the verdict that it must get. */
export interface SampleArtifact {
  readonly artifact: string;
  readonly kind: 'primitive' | 'skill';
  readonly code: string;
  readonly need: string;
  readonly dependencies?: readonly string[];
  readonly tests: readonly object[];
  readonly verdict: 'admitted' | 'rejected' | 'inconclusive';
  readonly stage: string | null;
}

const context = (...texts: string[]): object => ({ segments: texts.map((text, at) => ({ id: at + 1, text })) });

const countWords = `import runtime


def execute(context, params, primitives=None, controlled_llm=None):
    try:
        word = str(params.get("word") or "").lower()
        if not word:
            return runtime.missing(reason="no_word", obs_type="count")
        prov, total = [], 0
        for segment in context.get("segments", []):
            found = segment["text"].lower().split().count(word)
            if found:
                prov.append(segment["id"])
                total += found
        return runtime.ok(payload={"word": word, "count": total}, prov=prov, obs_type="count")
    except Exception as exc:
        return runtime.fail(error=str(exc), obs_type="count")
`;

const findNumbers = `import re
from runtime import ok, missing


def execute(context, params, primitives=None, controlled_llm=None):
    found, prov = [], []
    for segment in context.get("segments", []):
        numbers = [int(text) for text in re.findall(r"[0-9]+", segment["text"])]
        if numbers:
            found += numbers
            prov.append(segment["id"])
    return ok({"numbers": found}, prov, obs_type="numbers") if found else missing("no_numbers", obs_type="numbers")
`;

const sumNumbers = `import runtime


def execute(context, params, primitives=None, controlled_llm=None):
    if not primitives or "Find_Numbers" not in primitives:
        return runtime.fail(error="primitive_missing")
    seen = primitives["Find_Numbers"](context, {})
    if seen["status"] != "ok":
        return runtime.missing(reason="nothing_to_add", obs_type="sum")
    numbers = seen["payload"]["numbers"]
    return runtime.ok({"sum": sum(numbers), "of": len(numbers)}, seen["prov"], obs_type="sum")
`;

const numbersStub = (numbers: number[], prov: number[]): object => ({
  Find_Numbers: { type: 'numbers', payload: { numbers }, prov, status: 'ok' },
});
const nothingStub = {
  Find_Numbers: { type: 'numbers', payload: { reason: 'no_numbers' }, prov: [], status: 'missing' },
};

const wordTests = [
  {
    name: 'twice',
    context: context('red blue red', 'green'),
    params: { word: 'Red' },
    expected: {
      status: 'ok',
      type: 'count',
      prov_contains: [1],
      prov_len: 1,
      payload_contains: { count: 2, word: 'red' },
    },
  },
  {
    name: 'in both',
    context: context('red', 'red blue'),
    params: { word: 'red' },
    expected: { status: 'ok', prov_len: 2, payload_contains: { count: 2 } },
  },
  {
    name: 'none',
    context: context('blue'),
    params: { word: 'red' },
    expected: { status: 'ok', prov_len: 0, payload_contains: { count: 0 } },
  },
  {
    name: 'no word',
    context: context('blue'),
    params: {},
    expected: { status: 'missing', payload_contains: { reason: 'no_word' } },
  },
];

const numberTests = [
  {
    name: 'some',
    context: context('7 of 9'),
    params: {},
    expected: { status: 'ok', type: 'numbers', payload_contains: { numbers: [7, 9] } },
  },
  {
    name: 'late',
    context: context('none', '12'),
    params: {},
    expected: { status: 'ok', prov_contains: [2], payload_contains: { numbers: [12] } },
  },
  { name: 'nothing', context: context('none'), params: {}, expected: { status: 'missing', payload_keys: ['reason'] } },
];

const sumTests = [
  {
    name: 'two',
    context: context('7 of 9'),
    primitive_stubs: numbersStub([7, 9], [1]),
    expected: { status: 'ok', payload_contains: { sum: 16, of: 2 } },
  },
  {
    name: 'one',
    context: context('12'),
    primitive_stubs: numbersStub([12], [1]),
    expected: { status: 'ok', prov_contains: [1], payload_contains: { sum: 12 } },
  },
  { name: 'none', context: context('none'), primitive_stubs: nothingStub, expected: { status: 'missing' } },
];

export const sampleArtifacts: readonly SampleArtifact[] = [
  {
    artifact: 'Count_Words',
    kind: 'primitive',
    code: countWords,
    need: 'Count how often a word occurs in segments',
    tests: wordTests,
    verdict: 'admitted',
    stage: null,
  },
  {
    artifact: 'Find_Numbers',
    kind: 'primitive',
    code: findNumbers,
    need: 'All whole numbers of a text',
    tests: numberTests,
    verdict: 'admitted',
    stage: null,
  },
  {
    artifact: 'Sum_Numbers',
    kind: 'skill',
    code: sumNumbers,
    need: 'Add up the numbers of a text',
    dependencies: ['Find_Numbers'],
    tests: sumTests,
    verdict: 'admitted',
    stage: null,
  },
  {
    artifact: 'Sum_Invented',
    kind: 'skill',
    code: sumNumbers.replace('"of"', '"amount"'),
    need: 'Add up numbers that stand only in the recorded answers',
    dependencies: ['Find_Numbers'],
    tests: [
      {
        name: 'two',
        primitive_stubs: numbersStub([7, 9], [1]),
        expected: { status: 'ok', payload_contains: { sum: 16 } },
      },
      {
        name: 'one',
        primitive_stubs: numbersStub([12], [1]),
        expected: { status: 'ok', payload_contains: { sum: 12 } },
      },
      { name: 'none', primitive_stubs: nothingStub, expected: { status: 'missing' } },
    ],
    verdict: 'rejected',
    stage: 'composition',
  },
  {
    artifact: 'Count_Letters',
    kind: 'primitive',
    code: 'import runtime\n\n\ndef execute(context, params, primitives=None, controlled_llm=None):\n    return runtime.ok({"letters": len(params["text"]), "label": params["text"]})\n',
    need: 'Count the letters of a text',
    tests: [
      {
        name: 'one',
        params: { text: 'a red fox' },
        expected: { status: 'ok', payload_keys: ['letters'], payload_contains: { label: 'red' } },
      },
      {
        name: 'two',
        params: { text: 'a blue fox' },
        expected: { status: 'ok', payload_contains: { label: 'blue', letters: null } },
      },
      { name: 'three', params: { text: 'x' }, expected: { status: 'ok' } },
    ],
    verdict: 'rejected',
    stage: 'strength',
  },
  {
    artifact: 'Count_Twice',
    kind: 'primitive',
    code: countWords.replace('total += found', 'total += found + found'),
    need: 'Count a word twice',
    tests: wordTests,
    verdict: 'rejected',
    stage: 'visible',
  },
  {
    artifact: 'Too_Few',
    kind: 'primitive',
    code: findNumbers.replace('int(text)', 'int(text) * 2'),
    need: 'Double the numbers of a text',
    tests: [
      { name: 'a', context: context('4'), expected: { status: 'ok', payload_contains: { numbers: [8] } } },
      { name: 'b', context: context('-'), expected: { status: 'missing' } },
    ],
    verdict: 'inconclusive',
    stage: null,
  },
  {
    artifact: 'Leave_Early',
    kind: 'primitive',
    code: `import os\nos._exit(0)\n${countWords}`,
    need: 'Count and leave',
    tests: wordTests,
    verdict: 'rejected',
    stage: 'static',
  },
  {
    artifact: 'Read_Tests',
    kind: 'primitive',
    code: 'import json\nimport pathlib\nimport runtime\n\n\ndef execute(context, params, primitives=None, controlled_llm=None):\n    tests = json.loads((pathlib.Path(__file__).parent / "tests.json").read_text())\n    for test in tests:\n        if test["params"] == params:\n            return runtime.ok(test["expected"]["payload_contains"])\n',
    need: 'Count by reading the answers',
    tests: wordTests,
    verdict: 'rejected',
    stage: 'visible',
  },
  {
    artifact: 'Needs_Numpy',
    kind: 'primitive',
    code: `import numpy\n${countWords}`,
    need: 'Count with a package',
    tests: wordTests,
    verdict: 'rejected',
    stage: 'static',
  },
];

/** Writes the library; its runtime.py tells on whoever runs it outside the sandbox. */
export function writeSampleLibrary(folder: string, witness: string): void {
  for (const { artifact, kind, code, need, dependencies, tests } of sampleArtifacts) {
    const own = join(folder, 'library', kind, artifact);
    mkdirSync(own, { recursive: true });
    const spec = {
      kind,
      name: artifact,
      need_summary: need,
      spec: {
        goal: need,
        inputs: { context: 'segments of text', params: 'see the goal' },
        outputs: { type: 'text' },
        constraints: ['deterministic'],
        dag: [],
        uses_controlled_llm: false,
      },
      tests,
      dependencies: dependencies ?? [],
    };
    writeFileSync(join(own, 'code.py'), code);
    writeFileSync(join(own, 'spec.json'), JSON.stringify(spec));
    writeFileSync(join(own, 'tests.json'), JSON.stringify(tests));
  }
  mkdirSync(join(folder, 'library', 'primitive', 'Broken'), { recursive: true });
  writeFileSync(join(folder, 'library', 'primitive', 'Broken', 'spec.json'), '{"name":');
  writeFileSync(join(folder, 'runtime.py'), `open(${JSON.stringify(witness)}, "w").write("run")\n`);
  writeFileSync(join(folder, 'library_index.jsonl'), '');
}
