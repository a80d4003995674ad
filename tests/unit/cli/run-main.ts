import { onTestFinished, vi } from 'vitest';
import { main } from '../../../src/cli/main.js';

export interface Outcome {
  readonly code: number;
  /** What a person or a program reads: results. */
  readonly out: string;
  /** Progress, remarks and errors. */
  readonly err: string;
}

/** The data folder and the environment of the commands of this test; nothing of the machine's own reaches them. */
export function useEnvironment(home: string, env: Readonly<Record<string, string>> = {}): void {
  const names = Object.keys(process.env).filter((name) => /^(FOUNDRY_(?!TEST_)|OPENAI_)/.test(name));
  for (const name of names) vi.stubEnv(name, undefined);
  vi.stubEnv('FOUNDRY_HOME', home);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** Runs one command in this process, with what it wrote. */
export async function runMain(...args: string[]): Promise<Outcome> {
  let out = '';
  let err = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += String(chunk);
    return true;
  });
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    err += String(chunk);
    return true;
  });
  try {
    return { code: await main(args), out, err };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}
