import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configFileSchema } from '../../../src/config.js';
import { inOrder, missingWalls, requirableWalls } from '../../../src/gate/walls.js';
import { projectFolder } from '../../support/built.js';

test('a wall that is required and not up is missing', () => {
  expect(missingWalls(['process', 'bubblewrap'], ['process'], 'typescript')).toEqual(['bubblewrap']);
  expect(missingWalls([], [], 'typescript')).toEqual([]);
});

test('memory_watch is met by any way of watching, and a way by itself only', () => {
  expect(missingWalls(['memory_watch'], ['memory_watch_ps'], 'python')).toEqual([]);
  expect(missingWalls(['memory_watch_proc'], ['memory_watch_ps'], 'python')).toEqual(['memory_watch_proc']);
  expect(missingWalls(['memory_watch'], ['process'], 'python')).toEqual(['memory_watch']);
});

test('a wall that only one language has is asked of that language alone', () => {
  const required = ['context_per_call', 'interpreter_per_candidate'] as const;
  expect(missingWalls(required, [], 'typescript')).toEqual(['context_per_call']);
  expect(missingWalls(required, [], 'python')).toEqual(['interpreter_per_candidate']);
});

test('walls are listed in one order, each once', () => {
  expect(inOrder(['dies_with_host', 'process', 'process'])).toEqual(['process', 'dies_with_host']);
});

test('the configuration takes every wall by its name and no other word', () => {
  expect(configFileSchema.safeParse({ gate: { required_isolation: requirableWalls } }).success).toBe(true);
  expect(configFileSchema.safeParse({ gate: { required_isolation: ['firewall'] } }).success).toBe(false);
});

test('docs/security.md explains every wall', () => {
  const text = readFileSync(join(projectFolder, 'docs', 'security.md'), 'utf8');
  expect(requirableWalls.filter((wall) => !text.includes(`\`${wall}\``))).toEqual([]);
});
