import Table from 'cli-table3';
import type { Via, WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import type { Services } from '../services.js';

/** What a command gets: its words, where to write, and the signal that Ctrl-C aborts. */
export interface CommandContext {
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  /** What a person or a program reads: results. */
  out(text: string): void;
  /** Progress and remarks. */
  err(text: string): void;
  readonly isTerminal: boolean;
  /** Services of this command; closed when it ends. */
  services(options?: {
    /** Folders typed on the command line: they may be written by this command. */
    readonly grant?: readonly string[];
    readonly jobs?: 'worker' | 'inline';
    readonly overrides?: Parameters<typeof import('../config.js').loadConfig>[1];
  }): Services;
}

/** 0 done, 1 failed, 2 bad usage, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

export interface Command {
  readonly summary: string;
  readonly usage: string;
  run(context: CommandContext): Promise<ExitCode>;
}

/** Bad words on the command line: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A table for a person: plain borders, no colours, so that it can be pasted. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const drawn = new Table({ head: [...head], style: { head: [], border: [] } });
  for (const row of rows) drawn.push(row.map(String));
  return `${drawn.toString()}\n`;
}

/** A work context whose progress is a bar on a terminal and plain lines elsewhere, at most one a second. */
export function workContext(context: CommandContext, stage: string, via: Via = 'cli'): WorkContext {
  let last = 0;
  return {
    signal: context.signal,
    via,
    progress(done, total, message) {
      const now = performance.now();
      if (now - last < (context.isTerminal ? 100 : 1000) && done !== total) return;
      last = now;
      context.err(context.isTerminal ? `\r\u001b[K${bar(done, total)} ${stage}: ${message}` : `${stage}: ${message}\n`);
    },
  };
}

function bar(done: number, total: number | undefined): string {
  if (!total) return `[${'.'.repeat(20)}]`;
  const filled = Math.min(20, Math.round((20 * done) / total));
  return `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}]`;
}

/** Ends a progress bar's line. */
export function endProgress(context: CommandContext): void {
  if (context.isTerminal) context.err('\r\u001b[K');
}

/** @throws UsageError where the text is no whole number in the range. */
export function wholeNumber(
  text: string | undefined,
  name: string,
  range: { min: number; max: number },
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < range.min || value > range.max) {
    throw new UsageError(`--${name} takes a whole number from ${range.min} to ${range.max}`);
  }
  return value;
}

/** @throws UsageError where the word is not one of the choices. */
export function oneOf<T extends string>(text: string | undefined, name: string, choices: readonly T[]): T | undefined {
  if (text === undefined) return undefined;
  const found = choices.find((choice) => choice === text);
  if (!found) throw new UsageError(`--${name} is one of ${choices.join(', ')}`);
  return found;
}

export function isCancelled(error: unknown): boolean {
  return error instanceof FoundryError && error.code === 'cancelled';
}
