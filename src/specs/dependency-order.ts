interface Named {
  readonly spec: { readonly name: string; readonly dependencies: { readonly capabilities: readonly string[] } };
}

/** The same specs or versions, each after those whose capabilities it calls. Circles are left as they stand: the gate refuses them. */
export function dependenciesFirst<T extends Named>(records: readonly T[]): T[] {
  const byName = new Map(records.map((record) => [record.spec.name, record]));
  const ordered: T[] = [];
  const seen = new Set<T>();
  const visit = (record: T): void => {
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
