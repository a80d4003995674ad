import type { Act } from '../../needs/model.js';
import type { Store } from '../../store.js';
import type { Destructive } from './match.js';
import { mainStep } from './skill-name.js';
import type { WrittenSkill } from './spec-of.js';
import { byText } from './values.js';

const namedAtMost = 3;

/** What a cluster holds that matters for induction. */
export interface ClusterView {
  readonly clusterOfEvidence: ReadonlyMap<string, string>;
  readonly acts: ReadonlyMap<string, { runs: Set<string>; evidence: Set<string>; calls: number; results: number }>;
}

const batch = 500;

function note(
  act: Act,
  cluster: string,
  view: {
    clusterOfEvidence: Map<string, string>;
    acts: Map<string, { runs: Set<string>; evidence: Set<string>; calls: number; results: number }>;
  },
): void {
  const seen = view.acts.get(cluster) ?? { runs: new Set<string>(), evidence: new Set<string>(), calls: 0, results: 0 };
  view.acts.set(cluster, seen);
  seen.runs.add(act.run_id);
  seen.calls += act.calls.length;
  seen.results += act.calls.filter((call) => call.result !== null && !call.failed).length;
  for (const evidence of act.evidence_ids) {
    seen.evidence.add(evidence);
    view.clusterOfEvidence.set(evidence, cluster);
  }
}

/** Which cluster each recorded call is in, by the acts that hold it. */
export async function clusterView(store: Store, clusteringId: string, signal: AbortSignal): Promise<ClusterView> {
  const assignments = await store.needs.assignmentsOf(clusteringId);
  const clusterOfAct = new Map(assignments.map((one) => [one.act_id, one.cluster_id]));
  const ids = [...clusterOfAct.keys()].sort();
  const view = {
    clusterOfEvidence: new Map<string, string>(),
    acts: new Map<string, { runs: Set<string>; evidence: Set<string>; calls: number; results: number }>(),
  };
  for (let at = 0; at < ids.length; at += batch) {
    signal.throwIfAborted();
    for (const act of await store.needs.actsOf(ids.slice(at, at + batch))) {
      const cluster = clusterOfAct.get(act.act_id);
      if (cluster !== undefined) note(act, cluster, view);
    }
  }
  return view;
}

/** The cluster of a skill: that of its last state-changing call, else of its last call, in most of its occurrences. */
export function clusterOf(written: WrittenSkill, view: ClusterView, destructive: Destructive): string | null {
  const { program } = written.skill;
  const main = mainStep(program, destructive);
  const at = main ? program.steps.indexOf(main) : -1;
  const votes = new Map<string, number>();
  for (const one of [...written.skill.train, ...written.skill.heldOut]) {
    const cluster = view.clusterOfEvidence.get(one.steps[at]?.at(-1)?.evidenceId ?? '');
    if (cluster !== undefined) votes.set(cluster, (votes.get(cluster) ?? 0) + 1);
  }
  const [best] = [...votes].sort((a, b) => b[1] - a[1] || byText(a[0], b[0]));
  return best?.[0] ?? null;
}

/** Why a cluster has no skill of its own. */
export function whyNone(
  clusterId: string,
  view: ClusterView,
  facts: { accepted: ReadonlySet<string>; covering: ReadonlyMap<string, string> },
): string {
  const seen = view.acts.get(clusterId);
  if (!seen || seen.calls === 0) return 'its acts hold no tool calls';
  if (seen.results === 0) return 'its calls have no recorded results';
  if (![...seen.runs].some((run) => facts.accepted.has(run))) return 'none of its runs is accepted';
  const elsewhere = new Set<string>();
  for (const evidence of seen.evidence) {
    const skill = facts.covering.get(evidence);
    if (skill) elsewhere.add(skill);
  }
  const names = [...elsewhere].sort(byText);
  const more = names.length > namedAtMost ? ` and ${names.length - namedAtMost} more` : '';
  if (names.length > 0) return `its calls went into ${names.slice(0, namedAtMost).join(', ')}${more}`;
  return 'no flow of its calls has support in enough runs and a held-out run to be judged by';
}
