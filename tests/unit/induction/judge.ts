import type { GateReport } from '../../../src/gate/model.js';
import type { Sandbox } from '../../../src/gate/runtimes/runtime.js';
import type { WrittenSkill } from '../../../src/generate/induction/spec-of.js';
import { gateWith, never } from '../gate/support.js';

/** What the gate says of a skill, or of other code for it. */
export function judged(
  sandbox: Sandbox,
  { spec, code, hiddenTests }: WrittenSkill,
  other: string = code,
): Promise<GateReport> {
  return gateWith(sandbox).judge(
    {
      spec,
      code: other,
      language: 'typescript',
      visibleTests: spec.tests,
      hiddenTests,
      inheritedTests: [],
      authorSawAll: false,
    },
    never,
  );
}
