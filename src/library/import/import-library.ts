import type { WorkContext } from '../../context.js';
import { throwIfCancelled } from '../../errors.js';
import type { Gate, Language, Verdict } from '../../gate/model.js';
import { canonicalJson } from '../../json.js';
import type { Spec } from '../../specs/model.js';
import type { SpecService } from '../../specs/service.js';
import type { LibraryStore } from '../model.js';
import { type Artifact, capabilityName, readLayout } from './layout.js';
import { specOf } from './map-artifact.js';

export interface ImportDeps {
  readonly gate: Gate;
  readonly specs: Pick<SpecService, 'gateFromElsewhere'>;
  readonly store: { readonly library: Pick<LibraryStore, 'get'> };
}

/** What became of one artefact. `name` is that of the capability it became or would have become. */
export interface ImportedArtifact {
  readonly artifact: string;
  readonly name: string;
  readonly kind: string;
  readonly verdict: Verdict;
  readonly failed_stage: string | null;
  readonly reasons: readonly string[];
}

interface Planned {
  readonly artifact: Extract<Artifact, { ok: true }>;
  readonly spec: Spec;
  readonly language: Language;
}

/** Those that are called come before those that call them; what calls itself in a circle keeps its place. */
function inOrder(planned: readonly Planned[]): Planned[] {
  const byName = new Map(planned.map((each) => [each.spec.name, each]));
  const done = new Set<Planned>();
  const visit = (each: Planned, path: ReadonlySet<Planned>): void => {
    if (done.has(each) || path.has(each)) return;
    const below = new Set([...path, each]);
    for (const name of each.spec.dependencies.capabilities) {
      const called = byName.get(name);
      if (called) visit(called, below);
    }
    done.add(each);
  };
  for (const each of planned) visit(each, new Set());
  return [...done];
}

function refusedUnread(artifact: Artifact, name: string, message: string): ImportedArtifact {
  return {
    artifact: artifact.artifact,
    name: capabilityName(name),
    kind: artifact.kind,
    verdict: 'rejected',
    failed_stage: 'contract',
    reasons: [message],
  };
}

/** Judges what cannot be admitted whatever the gate says, so that the report still says how far it got. */
async function judgeOnly(
  deps: ImportDeps,
  { artifact, spec, language }: Planned,
  refusal: { readonly reasons: readonly string[]; readonly signal: AbortSignal },
): Promise<ImportedArtifact> {
  const report = await deps.gate.judge(
    {
      spec,
      code: artifact.code,
      language,
      visibleTests: spec.tests,
      hiddenTests: [],
      inheritedTests: [],
      authorSawAll: true,
    },
    refusal.signal,
  );
  return {
    artifact: artifact.artifact,
    name: spec.name,
    kind: artifact.kind,
    verdict: report.verdict === 'admitted' ? 'rejected' : report.verdict,
    failed_stage: report.failed_stage ?? (report.verdict === 'admitted' ? 'contract' : null),
    reasons: report.verdict === 'rejected' ? report.reasons : [...report.reasons, ...refusal.reasons],
  };
}

/** Whether the library has it already, word for word: whatever hidden tests it has here, the files cannot have them. */
async function isHere({ store }: ImportDeps, { artifact, spec, language }: Planned): Promise<boolean> {
  const there = await store.library.get(spec.name);
  if (!there || there.language !== language || there.code !== artifact.code) return false;
  return canonicalJson(there.spec) === canonicalJson(spec);
}

async function importOne(deps: ImportDeps, planned: Planned, context: WorkContext): Promise<ImportedArtifact> {
  const { artifact, spec, language } = planned;
  const { signal } = context;
  if (await isHere(deps, planned))
    return {
      artifact: artifact.artifact,
      name: spec.name,
      kind: artifact.kind,
      verdict: 'admitted',
      failed_stage: null,
      reasons: [],
    };
  const absent: string[] = [];
  for (const name of spec.dependencies.capabilities) if (!(await deps.store.library.get(name))) absent.push(name);
  if (absent.length > 0) return judgeOnly(deps, planned, { reasons: [], signal });
  // How far the library is, is told here.
  const inner = { ...context, progress: () => undefined };
  const answer = await deps.specs.gateFromElsewhere({ spec, code: artifact.code, language }, inner);
  const [result] = answer.results;
  if (!result) {
    const reasons = (answer.issues ?? []).map(({ code, path, message }) => `${code} at ${path}: ${message}`);
    return judgeOnly(deps, planned, { reasons, signal });
  }
  return {
    artifact: artifact.artifact,
    name: result.name,
    kind: artifact.kind,
    verdict: result.status === 'brief' ? 'inconclusive' : result.status,
    failed_stage: result.failed_stage ?? null,
    reasons: result.reasons,
  };
}

/**
 * Imports a library folder: every artefact goes through the gate, what is called before what calls it, and what is
 * admitted can be called. Importing it again changes nothing.
 * @throws FoundryError invalid_input, sandbox_unavailable, cancelled
 */
export async function importLibrary(
  deps: ImportDeps,
  folder: string,
  context: WorkContext,
): Promise<ImportedArtifact[]> {
  const artifacts = await readLayout(folder);
  const planned: Planned[] = [];
  const done: ImportedArtifact[] = [];
  for (const artifact of artifacts) {
    if (!artifact.ok) {
      done.push(refusedUnread(artifact, artifact.name, artifact.message));
      continue;
    }
    const mapped = specOf(artifact);
    const language = artifact.spec.foundry?.language ?? 'python';
    if ('spec' in mapped) planned.push({ artifact, spec: mapped.spec, language });
    else done.push(refusedUnread(artifact, artifact.spec.name, mapped.problem));
  }
  for (const each of inOrder(planned)) {
    throwIfCancelled(context.signal);
    context.progress(done.length, artifacts.length, each.spec.name);
    done.push(await importOne(deps, each, context));
  }
  context.progress(artifacts.length, artifacts.length, 'done');
  return done;
}
