import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { FoundryError } from '../../errors.js';
import { isJsonObject, type JsonValue, jsonObject, jsonValue, tryParseJson } from '../../json.js';
import { maxProvenance } from '../../specs/model.js';

/** `library/{primitive,skill}/<artifact>/{code.py,spec.json,tests.json}` under one folder. */
export const layoutKinds = ['primitive', 'skill'] as const;
const maxFileBytes = 2_000_000;
const maxArtifacts = 10_000;

export const layoutTestSchema = z.looseObject({
  name: z.string().optional(),
  context: jsonObject.nullish(),
  params: jsonObject.nullish(),
  primitive_stubs: jsonObject.nullish(),
  expected: z
    .looseObject({
      status: z.string().nullish(),
      type: z.string().nullish(),
      payload: jsonValue.optional(),
      prov_contains: z.array(jsonValue).nullish(),
      prov_len: z.int().min(0).max(maxProvenance).nullish(),
      payload_keys: z.array(z.string()).nullish(),
      payload_contains: jsonObject.nullish(),
    })
    .nullish(),
});
export type LayoutTest = z.infer<typeof layoutTestSchema>;

export const layoutSpecSchema = z.looseObject({
  kind: z.string().optional(),
  name: z.string().min(1),
  need_summary: z.string().nullish(),
  spec: z
    .looseObject({ goal: z.string().nullish(), inputs: jsonValue.optional(), outputs: jsonValue.optional() })
    .nullish(),
  dependencies: z.array(z.string()).nullish(),
  /** Written by this program's own export: the spec as it stands in the library. */
  foundry: z.looseObject({ language: z.enum(['typescript', 'python']), spec: jsonObject }).optional(),
});
export type LayoutSpec = z.infer<typeof layoutSpecSchema>;

export type Artifact = { readonly artifact: string; readonly kind: (typeof layoutKinds)[number] } & (
  | { readonly ok: true; readonly code: string; readonly spec: LayoutSpec; readonly tests: readonly LayoutTest[] }
  | { readonly ok: false; readonly name: string; readonly message: string }
);

/** A file's text; links are not followed, for a library that was handed over may point anywhere. */
async function textOf(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size > maxFileBytes) return undefined;
  return readFile(path, 'utf8');
}

/** A folder that the pipeline wrote: spec.json and tests.json are those of this program, apart. */
async function ownSpec(folder: string, raw: JsonValue | undefined): Promise<LayoutSpec | undefined> {
  if (!isJsonObject(raw) || raw['input_schema'] === undefined) return undefined;
  const spec = { ...raw, tests: tryParseJson((await textOf(join(folder, 'tests.json'))) ?? '') ?? [] };
  const language = (await textOf(join(folder, 'code.ts'))) === undefined ? 'python' : 'typescript';
  return { name: String(raw['name']), foundry: { language, spec } };
}

async function readArtifact(folder: string, artifact: string, kind: Artifact['kind']): Promise<Artifact> {
  const raw = tryParseJson((await textOf(join(folder, 'spec.json'))) ?? '');
  const own = await ownSpec(folder, raw);
  const spec = layoutSpecSchema.safeParse(own ?? raw);
  const wrong = (message: string): Artifact => ({
    ok: false,
    artifact,
    kind,
    name: spec.success ? spec.data.name : artifact,
    message,
  });
  if (!spec.success) return wrong('spec.json is missing, too large, a link, or no spec of this layout');
  const language = spec.data.foundry?.language ?? 'python';
  const file = language === 'python' ? 'code.py' : 'code.ts';
  const code = await textOf(join(folder, file));
  if (code === undefined) return wrong(`${file} is missing, too large or a link`);
  if (own) return { ok: true, artifact, kind, code, spec: spec.data, tests: [] };
  const tests = z.array(layoutTestSchema).safeParse(tryParseJson((await textOf(join(folder, 'tests.json'))) ?? ''));
  if (!tests.success) return wrong('tests.json is missing, too large, a link, or no list of tests of this layout');
  return { ok: true, artifact, kind, code, spec: spec.data, tests: tests.data };
}

/**
 * Reads a library folder. Nothing of it is run, its runtime.py is not even read.
 * @throws FoundryError invalid_input where it has no such layout
 */
export async function readLayout(folder: string): Promise<Artifact[]> {
  const found: Artifact[] = [];
  for (const kind of layoutKinds) {
    const parent = join(folder, 'library', kind);
    const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    for (const name of names.sort().slice(0, maxArtifacts))
      found.push(await readArtifact(join(parent, name), name, kind));
  }
  if (found.length > 0) return found;
  throw new FoundryError(
    'invalid_input',
    'The folder holds no library.',
    'Name the folder in which library/primitive or library/skill lies.',
  );
}

/** The snake_case name under which an artefact of another library stands in this one. */
export function capabilityName(name: string): string {
  const plain = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '')
    .slice(0, 64)
    .replace(/_+$/, '');
  return plain === '' || plain === 'index' ? `artifact_${plain || 'unnamed'}` : plain;
}
