import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { FoundryError } from '../../errors.js';
import { isJsonObject, type JsonValue, jsonObject, jsonValue, tryParseJson } from '../../json.js';
import { maxProvenance } from '../../specs/model.js';
import { readJson, readText } from './layout-files.js';

/** `library/{primitive,skill}/<artifact>/{code.py,spec.json,tests.json}` under one folder. */
export const layoutKinds = ['primitive', 'skill'] as const;
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

const indexEntrySchema = z.looseObject({
  kind: z.enum(layoutKinds),
  name: z.string().min(1).max(200),
  artifact: z.string().min(1).max(200).optional(),
});

export type Artifact = { readonly artifact: string; readonly kind: (typeof layoutKinds)[number] } & (
  | { readonly ok: true; readonly code: string; readonly spec: LayoutSpec; readonly tests: readonly LayoutTest[] }
  | { readonly ok: false; readonly name: string; readonly message: string }
);

/** A folder that the pipeline wrote: spec.json and tests.json are those of this program, apart. */
async function ownSpec(folder: string, raw: JsonValue | undefined): Promise<LayoutSpec | undefined> {
  if (!isJsonObject(raw) || raw['input_schema'] === undefined) return undefined;
  const tests = await readJson(join(folder, 'tests.json'));
  const spec = { ...raw, tests: tests.ok ? tests.value : [] };
  const language = (await readText(join(folder, 'code.ts'))).ok ? 'typescript' : 'python';
  return { name: String(raw['name']), foundry: { language, spec } };
}

async function readArtifact(folder: string, artifact: string, kind: Artifact['kind']): Promise<Artifact> {
  const raw = await readJson(join(folder, 'spec.json'));
  const own = raw.ok ? await ownSpec(folder, raw.value) : undefined;
  const spec = layoutSpecSchema.safeParse(own ?? (raw.ok ? raw.value : undefined));
  const wrong = (message: string): Artifact => ({
    ok: false,
    artifact,
    kind,
    name: spec.success ? spec.data.name : artifact,
    message,
  });
  if (!raw.ok) return wrong(`spec.json ${raw.problem}`);
  if (!spec.success) return wrong(`spec.json is no spec of this layout: ${firstIssue(spec.error)}`);
  const language = spec.data.foundry?.language ?? 'python';
  const file = language === 'python' ? 'code.py' : 'code.ts';
  const code = await readText(join(folder, file));
  if (!code.ok) return wrong(`${file} ${code.problem}`);
  if (own) return { ok: true, artifact, kind, code: code.value, spec: spec.data, tests: [] };
  const listed = await readJson(join(folder, 'tests.json'));
  if (!listed.ok) return wrong(`tests.json ${listed.problem}`);
  const tests = z.array(layoutTestSchema).safeParse(listed.value);
  if (!tests.success) return wrong(`tests.json is no list of tests of this layout: ${firstIssue(tests.error)}`);
  return { ok: true, artifact, kind, code: code.value, spec: spec.data, tests: tests.data };
}

function firstIssue({ issues: [first] }: z.ZodError): string {
  return first === undefined ? 'unknown' : `${first.message} at ${first.path.join('.') || 'the top'}`;
}

async function readKind(folder: string, kind: Artifact['kind']): Promise<Artifact[]> {
  const parent = join(folder, 'library', kind);
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const places = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink());
  const found: Artifact[] = [];
  for (const { name } of places.sort((left, right) => (left.name < right.name ? -1 : 1)).slice(0, maxArtifacts)) {
    const isLink = places.some((entry) => entry.name === name && entry.isSymbolicLink());
    const message = 'it is a link, and links are not followed';
    found.push(
      isLink ? { ok: false, artifact: name, kind, name, message } : await readArtifact(join(parent, name), name, kind),
    );
  }
  return found;
}

/** What library_index.jsonl names and no folder holds. Folders that it does not name are artefacts as well. */
async function onlyIndexed(folder: string, found: readonly Artifact[]): Promise<Artifact[]> {
  const text = await readText(join(folder, 'library_index.jsonl'));
  if (!text.ok) return [];
  const known = new Set(found.flatMap((one) => [one.artifact, one.ok ? one.spec.name : one.name]));
  return text.value.split('\n').flatMap((line): Artifact[] => {
    const entry = indexEntrySchema.safeParse(tryParseJson(line));
    if (!entry.success) return [];
    const { kind, name, artifact = name } = entry.data;
    if (known.has(name) || known.has(artifact)) return [];
    known.add(name);
    const message = `library_index.jsonl names it, and library/${kind} has no such folder`;
    return [{ ok: false, artifact, kind, name, message }];
  });
}

/**
 * Reads a library folder. Nothing of it is run, its runtime.py is not even read.
 * @throws FoundryError invalid_input where it has no such layout
 */
export async function readLayout(folder: string): Promise<Artifact[]> {
  const found: Artifact[] = [];
  for (const kind of layoutKinds) found.push(...(await readKind(folder, kind)));
  if (found.length > 0) return [...found, ...(await onlyIndexed(folder, found))];
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
