import * as z from 'zod';
import { tryParseJson } from '../../../json.js';
import type { PossibleFaults } from '../../mutation/edits.js';
import type { CodeFacts } from '../runtime.js';
import { plainAmbience } from '../typescript/deno-command.js';
import type { DenoProcess } from '../typescript/deno-process.js';
import type { PythonPool } from './process-pool.js';

const inspectMs = 10_000;

const factsSchema = z.object({
  problems: z.array(z.string()),
  flags: z.array(z.string()),
  strings: z.array(z.string()),
  numbers: z.array(z.number()),
  values: z.array(z.union([z.string(), z.number()])),
  lists: z.array(z.string()),
});

const mutationSchema = z.object({
  operator: z.string(),
  line: z.int(),
  start: z.int().min(0),
  end: z.int().min(0),
  text: z.string(),
});
const insertSchema = z
  .object({ at: z.int().min(0), text: z.string() })
  .transform(({ at, text }) => ({ start: at, end: at, text }));
const faultsSchema = z
  .object({ total: z.int().min(0), faults: z.array(mutationSchema), neutral: z.array(insertSchema) })
  .nullable();

/** Reads code in an interpreter that never runs any. */
export class Inspector {
  private process: DenoProcess | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly pool: PythonPool) {}

  /** @throws FoundryError sandbox_unavailable */
  async inspect(program: string): Promise<CodeFacts> {
    const facts = await this.ask('inspect', program, factsSchema);
    const unreadable = 'the code cannot be read: the parser gave up';
    return facts ?? { problems: [unreadable], flags: [], strings: [], numbers: [], values: [], lists: [] };
  }

  /** Undefined where they cannot be found. @throws FoundryError sandbox_unavailable */
  async possibleFaults(program: string): Promise<PossibleFaults | undefined> {
    const found = await this.ask('faults', program, faultsSchema);
    if (!found) return undefined;
    // The sandbox counts the loops of variants itself.
    return { total: found.total, mutations: found.faults, guards: [], neutral: found.neutral };
  }

  /** Undefined where the reader gave up; another one then reads what comes next. */
  private ask<T>(op: string, program: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const next = this.turn.then(async () => {
      const process = this.process?.alive ? this.process : await this.pool.fresh(plainAmbience);
      this.process = process;
      const reply = await process.request({ op, program }, inspectMs);
      const read = schema.safeParse(reply.ok ? tryParseJson(reply.text) : undefined);
      if (!read.success) this.pool.discard(process);
      return read.data;
    });
    this.turn = next.catch(() => undefined);
    return next;
  }
}
