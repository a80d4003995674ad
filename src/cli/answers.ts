import { createInterface } from 'node:readline';

/** Where answers come from: a terminal, or text that is piped in. */
export type Input = NodeJS.ReadableStream & {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
};

/** One answer: the key, and what was written behind it where answers are lines. */
export interface Answer {
  readonly key: string;
  readonly rest: string;
}

export interface Answers {
  /** The next answer; null where there are no more. */
  next(): Promise<Answer | null>;
  /** A line of text; null where it was given up. */
  text(): Promise<string | null>;
  close(): void;
}

export const interruptKey = '\u0003';
const endKey = '\u0004';
const escapeKey = '\u001b';
const backspaces = new Set(['\u007f', '\b']);
const isEnter = (key: string): boolean => key === '\r' || key === '\n';

/** Chunks as they come; null once the input has ended, or the signal was given. */
function keysOf(input: Input, signal: AbortSignal): { next(): Promise<string | null>; close(): void } {
  const waiting: string[] = [];
  let isOver = false;
  let wake: (() => void) | undefined;
  const onData = (chunk: Buffer | string): void => {
    const text = chunk.toString();
    // An arrow or function key is a sequence that begins with escape: it is no answer.
    if (!(text.startsWith(escapeKey) && text.length > 1)) waiting.push(...text);
    wake?.();
  };
  const onEnd = (): void => {
    isOver = true;
    wake?.();
  };
  input.on('data', onData);
  input.on('end', onEnd);
  signal.addEventListener('abort', onEnd);
  return {
    async next() {
      while (waiting.length === 0 && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return waiting.shift() ?? null;
    },
    close() {
      input.off('data', onData);
      input.off('end', onEnd);
      signal.removeEventListener('abort', onEnd);
    },
  };
}

/** Single keys from a terminal in raw mode; the terminal is as it was after `close`. */
export function keyAnswers(input: Input, signal: AbortSignal, echo: (text: string) => void): Answers {
  input.setRawMode?.(true);
  input.resume();
  const keys = keysOf(input, signal);
  return {
    async next() {
      const key = await keys.next();
      return key === null || key === endKey ? null : { key: key.toLowerCase(), rest: '' };
    },
    async text() {
      let line = '';
      for (;;) {
        const key = await keys.next();
        if (key === null || key === interruptKey || key === escapeKey) return null;
        if (isEnter(key)) return line;
        if (backspaces.has(key)) {
          if (line !== '') echo('\b \b');
          line = [...line].slice(0, -1).join('');
        } else if (key >= ' ') {
          line += key;
          echo(key);
        }
      }
    },
    close() {
      keys.close();
      input.setRawMode?.(false);
      input.pause();
    },
  };
}

/** A line an answer: its first word, and the rest. Empty lines are passed over. */
export function lineAnswers(input: Input, signal: AbortSignal): Answers {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const iterator = lines[Symbol.asyncIterator]();
  signal.addEventListener('abort', () => lines.close());
  const line = async (): Promise<string | null> => {
    const { value, done } = await iterator.next();
    return done === true ? null : String(value).trim();
  };
  return {
    async next() {
      for (;;) {
        const text = await line();
        if (text === null) return null;
        const [word = '', ...rest] = text.split(/\s+/);
        if (word !== '') return { key: word.toLowerCase(), rest: rest.join(' ') };
      }
    },
    text: line,
    close() {
      lines.close();
      input.pause();
    },
  };
}
