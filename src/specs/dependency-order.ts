import type { SpecRecord } from './model.js';

/** The same specs, each after those whose capabilities it calls. Circles are left as they stand: the gate refuses them. */
export function dependenciesFirst(records: readonly SpecRecord[]): SpecRecord[] {
  const byName = new Map(records.map((record) => [record.spec.name, record]));
  const ordered: SpecRecord[] = [];
  const seen = new Set<SpecRecord>();
  const visit = (record: SpecRecord): void => {
    if (seen.has(record)) return;
    seen.add(record);
    for (const name of record.spec.dependencies.capabilities) {
      const needed = byName.get(name);
      if (needed) visit(needed);
    }
    ordered.push(record);
  };
  for (const record of records) visit(record);
  return ordered;
}
