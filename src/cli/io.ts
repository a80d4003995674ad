import Table from 'cli-table3';
import type { Via, WorkContext } from '../context.js';
import { FoundryError } from '../errors.js';
import type { Services } from '../services.js';
import type { Input } from './answers.js';

/** What a command gets: its words, where to write, and the signal that Ctrl-C aborts. */
export interface CommandContext {
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  /** What a person or a program reads: results. */
  out(text: string): void;
  /** Progress and remarks. */
  err(text: string): void;
  readonly isTerminal: boolean;
  /** Where answers come from. */
  readonly stdin: Input;
  /** Asks the person at the terminal. @returns undefined where there is none */
  ask(question: string): Promise<boolean | undefined>;
  /** Services of this command; closed when it ends. */
  services(options?: {
    /** Folders typed on the command line: they may be written by this command. */
    readonly grant?: readonly string[];
    readonly jobs?: 'worker' | 'inline';
    readonly overrides?: Parameters<typeof import('../config.js').loadConfig>[1];
  }): Services;
}

/** 0 done, 1 failed, 2 bad usage, 130 interrupted; `record` ends with the code of its command. */
export type ExitCode = number;

export interface Command {
  readonly summary: string;
  readonly usage: string;
  /** Ctrl-C is its own affair. */
  readonly passesSignalsOn?: boolean;
  run(context: CommandContext): Promise<ExitCode>;
}

/** Bad words on the command line: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};
const widestCell = 76;

/**
 * A table for a person: columns with a rule under the head (none where every head is empty), no frame and no colours, so
 * that it can be pasted. Long cells are wrapped.
 */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => wrapText(String(cell), widestCell)));
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 };
  const drawn = new Table({ chars: noLines, style });
  if (head.some((name) => name !== '')) {
    const widths = head.map((name, column) =>
      Math.max(...[name, ...cells.map((row) => row[column] ?? '')].map(widthOf)),
    );
    drawn.push(
      [...head],
      widths.map((width) => '-'.repeat(width)),
    );
  }
  drawn.push(...cells);
  return `${drawn.toString().replace(/ +$/gm, '')}\n`;
}

function widthOf(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}

/** Breaks lines at spaces; a word that is longer than the width stays whole, for it may be a path or an id. */
export function wrapText(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((paragraph) => {
      const lines: string[] = [];
      for (const word of paragraph.split(' ')) {
        const last = lines.at(-1);
        if (last === undefined || last.length + word.length + 1 > width) lines.push(word);
        else lines[lines.length - 1] = `${last} ${word}`;
      }
      return lines;
    })
    .join('\n');
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
      context.err(
        context.isTerminal
          ? `\r\u001b[K${bar(done, total)} ${stage}: ${message}`
          : `${stage}${total && done < total ? ` ${done} of ${total}` : ''}: ${message}\n`,
      );
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
  if (!found)
    throw new UsageError(`${name === name.toUpperCase() ? name : `--${name}`} is one of ${choices.join(', ')}`);
  return found;
}

export function isCancelled(error: unknown): boolean {
  return error instanceof FoundryError && error.code === 'cancelled';
}
