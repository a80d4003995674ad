import * as z from 'zod';
import { rejection } from './contract.js';
import type { RunLink } from './store.js';

const shownRejections = 20;
/** The account of a file with more runs than this is not kept: reading the file again is no slower than reading that. */
const maxRuns = 5_000;

const counts = z.record(z.string(), z.int());

/** What became of the records of one file that was read to its end. */
export const fileAccountSchema = z.strictObject({
  counts: z.strictObject({
    records_read: z.int(),
    imported: z.int(),
    duplicates: z.int(),
    ignored: z.int(),
    rejected: z.int(),
  }),
  ignored_kinds: counts,
  rejections: z.array(rejection),
  redacted: counts,
  run_ids: z.array(z.string()),
  links: z.array(
    z.strictObject({
      run_id: z.string(),
      parent: z.strictObject({
        relation: z.enum(['sub_agent', 'fork']),
        run_id: z.string(),
        call_id: z.string().nullable(),
      }),
    }),
  ),
});
export type FileAccount = z.infer<typeof fileAccountSchema>;

function addCounts(into: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [kind, count] of Object.entries(more)) into[kind] = (into[kind] ?? 0) + count;
}

/** Keeps the account of every record: what is read was imported, a duplicate, ignored or rejected. */
export class Account {
  readonly counts: FileAccount['counts'] = { records_read: 0, imported: 0, duplicates: 0, ignored: 0, rejected: 0 };
  readonly ignoredKinds: Record<string, number> = {};
  readonly rejections: FileAccount['rejections'] = [];
  readonly redacted: Record<string, number> = {};
  readonly runIds = new Set<string>();
  readonly links = new Map<string, RunLink>();
  /** project folders that were left out because nobody has said yes to them */
  readonly unasked = new Set<string>();

  reject(one: FileAccount['rejections'][number]): void {
    this.counts.records_read += 1;
    this.counts.rejected += 1;
    if (this.rejections.length < shownRejections) this.rejections.push(one);
  }

  ignore(kind: string): void {
    this.counts.records_read += 1;
    this.counts.ignored += 1;
    addCounts(this.ignoredKinds, { [kind]: 1 });
  }

  stored({ inserted, duplicates }: { readonly inserted: number; readonly duplicates: number }): void {
    this.counts.records_read += inserted + duplicates;
    this.counts.imported += inserted;
    this.counts.duplicates += duplicates;
  }

  add(file: Account): void {
    this.#addFile(file.#body());
    for (const one of file.unasked) this.unasked.add(one);
  }

  /** A file that was read before and is the same: all that was imported of it is there. */
  addKnown(known: FileAccount): void {
    const { imported, duplicates } = known.counts;
    this.#addFile({ ...known, counts: { ...known.counts, imported: 0, duplicates: imported + duplicates } });
  }

  /** What to keep of a file that was read to its end; null where it is too much or a person may still say yes. */
  kept(): FileAccount | null {
    return this.runIds.size > maxRuns || this.unasked.size > 0 ? null : this.#body();
  }

  #body(): FileAccount {
    const { counts, ignoredKinds, rejections, redacted, runIds, links } = this;
    return {
      counts,
      ignored_kinds: ignoredKinds,
      rejections,
      redacted,
      run_ids: [...runIds],
      links: [...links.values()],
    };
  }

  #addFile(file: FileAccount): void {
    addCounts(this.counts, file.counts);
    addCounts(this.ignoredKinds, file.ignored_kinds);
    addCounts(this.redacted, file.redacted);
    this.rejections.push(...file.rejections.slice(0, shownRejections - this.rejections.length));
    for (const id of file.run_ids) this.runIds.add(id);
    for (const link of file.links) this.links.set(link.run_id, link);
  }
}
