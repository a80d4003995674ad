import { FoundryError } from '../errors.js';
import { hashOf, sha256 } from '../hash.js';
import type { Spec } from '../specs/model.js';
import { changeOf, placeText } from './changes.js';
import type { LibraryDeps } from './deps.js';
import type { CapabilityVersion, Change } from './model.js';
import type { Admission } from './service.js';
import { step } from './states.js';

/** A hidden test must not become readable because a caller handed in the whole spec. */
async function withoutHidden({ store }: LibraryDeps, admission: Admission): Promise<Spec> {
  const hidden = new Set((await store.specs.hiddenTestsForGate(admission.spec_id)).map((test) => hashOf(test)));
  if (hidden.size === 0) return admission.spec;
  return { ...admission.spec, tests: admission.spec.tests.filter((test) => !hidden.has(hashOf(test))) };
}

function refuseUnjudged({ report, code, language }: Admission): void {
  if (report.verdict === 'admitted' && report.code_sha256 === sha256(code) && report.language === language) return;
  throw new FoundryError(
    'internal',
    'Something that the gate did not admit was handed to the library.',
    'Run the gate again; only the very code that it admitted is taken.',
  );
}

/**
 * Adds what the gate admitted as a new version, in state `staged`: callable at once, and `active` once its use has earned
 * it. It is the current version, but where an active one stands before it: beside that it is called by its number.
 * @throws FoundryError internal, conflict, invalid_input
 */
export async function admit(deps: LibraryDeps, admission: Admission): Promise<CapabilityVersion> {
  refuseUnjudged(admission);
  const { supersedes, supersedes_version, via, ...rest } = admission;
  if (supersedes !== null && supersedes !== admission.spec.name) {
    throw new FoundryError(
      'invalid_input',
      `The spec is named "${admission.spec.name}" but is to supersede "${supersedes}".`,
      `Give the spec the name "${supersedes}": a better version bears the same name.`,
    );
  }
  const spec = await withoutHidden(deps, admission);
  const { library } = deps.store;
  const current = supersedes === null ? null : ((await library.get(supersedes))?.version ?? null);
  if (supersedes !== null && current === null) {
    throw new FoundryError(
      'not_found',
      `There is no capability "${supersedes}" to supersede.`,
      'Leave supersedes out, or find the name with search_capabilities.',
    );
  }
  const at = deps.clock.now();
  return library.admit(
    {
      ...rest,
      name: spec.name,
      kind: spec.kind,
      spec,
      content_hash: hashOf({ spec, code: admission.code, language: admission.language }),
      state: step({ version: 0, state: 'candidate' }, 'staged', 'gate').to,
      created_at: at,
    },
    supersedes === null ? null : (supersedes_version ?? current),
    (admitted, now) => admissionOf(admitted, now, via),
  );
}

function admissionOf(
  { name, version, supersedes, created_at: at }: CapabilityVersion,
  current: number,
  via: Admission['via'],
): Change {
  const parts = { name, version, action: 'admit', via, at } as const;
  const isCurrent = current === version;
  const before = supersedes !== null && isCurrent ? placeText('candidate', supersedes) : 'candidate';
  return changeOf({
    ...parts,
    before,
    after: isCurrent ? placeText('staged', current) : 'staged',
    reason: isCurrent ? undefined : `version ${current} is active and stays the current one`,
  });
}
