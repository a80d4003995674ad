import type { Services } from '../services.js';

/** Ids of acts as files have them: the log's own where it gave each act one (semantic acts), else ours. */
export interface ActIds {
  /** as files have it, of ours */
  shown(actId: string): string;
  /** ours, of what a file has; what nobody knows stays as it is */
  known(shown: string): string;
}

export async function actIdsOf(services: Services, miningId: string): Promise<ActIds> {
  const { needs, evidence } = services.store;
  const actsOfRun = new Map<string, string[]>();
  for (const need of await needs.needsOf(miningId)) {
    actsOfRun.set(need.run_id, [...(actsOfRun.get(need.run_id) ?? []), need.act_id]);
  }
  const own = new Map<string, string>();
  const ours = new Map<string, string>();
  for (const [runId, actIds] of actsOfRun) {
    if ((await evidence.getRun(runId))?.format !== 'semantic_acts') continue;
    const records = new Map((await evidence.getTrace(runId))?.records.map((record) => [record.evidence_id, record]));
    for (const act of await needs.actsOf(actIds)) {
      const name = records.get(act.evidence_ids[0] ?? '')?.act?.act_id;
      if (name === undefined || ours.has(name)) continue;
      own.set(act.act_id, name);
      ours.set(name, act.act_id);
    }
  }
  return { shown: (actId) => own.get(actId) ?? actId, known: (shown) => ours.get(shown) ?? shown };
}
