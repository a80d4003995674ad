/** What is to be forgotten: all runs of a source, one run, or all runs of a project folder. */
export type Selection =
  | { readonly by: 'source'; readonly source: string }
  | { readonly by: 'run'; readonly runId: string }
  | { readonly by: 'project'; readonly folder: string };

/** What was, or would be, removed: counts by table, and what lies outside of the database. Never content. */
export interface Forgotten {
  readonly counts: Readonly<Record<string, number>>;
  /** Folders of data sets in which a forgotten run is a row. */
  readonly datasetFolders: readonly { readonly name: string; readonly folder: string }[];
  /** Files of recorded sessions that no run is left of. */
  readonly recordings: readonly string[];
  /** Specs of agents that stay, while the clustering that they were written for goes: their clusters held none of the runs. */
  readonly keptSpecs: number;
}

export interface ForgetStore {
  /**
   * Removes runs and everything derived from them, in one transaction.
   * @param dryRun only counts
   */
  forget(selection: Selection, dryRun: boolean): Promise<Forgotten>;
  /** Writes the file anew, so that no bytes of what was deleted are left. @throws FoundryError busy */
  scrub(): Promise<void>;
}
