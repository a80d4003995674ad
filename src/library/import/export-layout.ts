import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isJsonObject, type JsonObject } from '../../json.js';
import type { Roots } from '../../roots.js';
import type { RecordedAnswer, SpecTest } from '../../specs/model.js';
import type { CapabilityVersion } from '../model.js';

/** Helpers that code of this layout imports: enough to run an exported library by itself. */
const runtimeHelpers = `"""Helpers for the artefacts beside this file: observations are plain dictionaries."""


def _observation(kind, payload, prov, status):
    return {"type": kind, "payload": {} if payload is None else payload, "prov": list(prov or []), "status": status}


def ok(payload=None, prov=None, obs_type="evidence"):
    return _observation(obs_type, payload, prov, "ok")


def missing(reason="", obs_type="evidence", payload=None, prov=None):
    told = payload if payload is not None else ({"reason": reason} if reason else {})
    return _observation(obs_type, told, prov, "missing")


def fail(error="", obs_type="evidence", payload=None, prov=None):
    told = payload if payload is not None else ({"error": error} if error else {})
    return _observation(obs_type, told, prov, "fail")
`;

function stubsOf(calls: readonly RecordedAnswer[]): JsonObject {
  return Object.fromEntries(calls.map(({ name, result }) => [name, result ?? null]));
}

function testOf({ name, input, context, calls, expected }: SpecTest): JsonObject {
  const keys = expected.payload_keys;
  const contains = { ...expected.payload_contains, ...expected.payload_has, ...expected.payload_text };
  const { status, type, prov_contains: prov, prov_len: length, payload } = expected;
  return {
    name,
    context: isJsonObject(input['context']) ? input['context'] : (context ?? {}),
    params: isJsonObject(input['params']) ? input['params'] : input,
    primitive_stubs: stubsOf(calls ?? []),
    expected: {
      ...(status && { status }),
      ...(type !== undefined && { type }),
      ...(payload !== undefined && { payload }),
      ...(prov && { prov_contains: prov }),
      ...(length !== undefined && { prov_len: length }),
      ...(keys && { payload_keys: keys }),
      ...(Object.keys(contains).length > 0 && { payload_contains: contains }),
    },
  };
}

/** The files of one capability, by path: its code word for word, its spec, its visible tests. Hidden tests stay behind. */
function layoutFilesOf({ name, kind, language, code, spec }: CapabilityVersion): Record<string, string> {
  const folder = join('library', kind, name);
  const { capabilities, tools } = spec.dependencies;
  const tests = spec.tests.map(testOf);
  const outer = {
    kind,
    name,
    need_summary: spec.summary,
    spec: {
      goal: spec.summary,
      inputs: spec.input_schema,
      outputs: spec.output_schema,
      constraints: spec.properties,
      dag: capabilities,
      uses_controlled_llm: false,
      external: tools,
    },
    tests,
    dependencies: capabilities,
    foundry: { language, spec },
  };
  return {
    [join(folder, language === 'python' ? 'code.py' : 'code.ts')]: code,
    [join(folder, 'spec.json')]: `${JSON.stringify(outer, null, 2)}\n`,
    [join(folder, 'tests.json')]: `${JSON.stringify(tests, null, 2)}\n`,
  };
}

/**
 * Writes capabilities as `library/{primitive,skill}/<name>/{code.py,spec.json,tests.json}` with an index and a runtime.py.
 * @returns the paths that were written
 * @throws FoundryError path_not_allowed
 */
export async function exportLayout(
  roots: Pick<Roots, 'writable'>,
  capabilities: readonly CapabilityVersion[],
  outputDir: string,
): Promise<string[]> {
  const index = capabilities.map(({ name, kind, version, language, content_hash }) =>
    JSON.stringify({ kind, name, artifact: name, path: `library/${kind}/${name}`, version, language, content_hash }),
  );
  const files: Record<string, string> = {
    'runtime.py': runtimeHelpers,
    'library_index.jsonl': index.map((line) => `${line}\n`).join(''),
  };
  for (const capability of capabilities) Object.assign(files, layoutFilesOf(capability));
  const root = await roots.writable(outputDir);
  const written: string[] = [];
  for (const [relative, text] of Object.entries(files)) {
    const path = await roots.writable(join(root, relative));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    written.push(path);
  }
  return written;
}
