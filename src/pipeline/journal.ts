import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../context.js';

/** `progress.log` for people and `progress_events.jsonl` for programs. Appended, so that an interrupted run keeps its history. */
export interface Journal {
  event(event: string, stage: string, counts?: Readonly<Record<string, number | string>>): Promise<void>;
}

export async function openJournal(folder: string, clock: Clock): Promise<Journal> {
  await mkdir(folder, { recursive: true });
  return {
    async event(event, stage, counts = {}) {
      const ts = clock.now();
      const words = Object.entries(counts).map(([name, value]) => `${name}=${value}`);
      await appendFile(join(folder, 'progress_events.jsonl'), `${JSON.stringify({ ts, event, stage, ...counts })}\n`);
      await appendFile(join(folder, 'progress.log'), `${ts} ${[stage, event, ...words].join(' ')}\n`);
    },
  };
}
