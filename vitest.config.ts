import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['tests/support/global-setup.ts'],
    include: ['tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['src/**', 'tools/**', 'resources/**', 'prompts/**', 'db/**'],
      reporter: ['text', 'json-summary'],
      // What runs in child processes and worker threads (bin, stdio, the job and embedding workers) is not counted: it is driven by tests/wire.
      thresholds: { lines: 85 },
    },
  },
});
