import { expect, test } from 'vitest';
import { inventoryReport } from '../../../src/cli/inventory-report.js';
import { InventoryCounter } from '../../../src/evidence/inventory.js';
import { traceOf, user } from '../scoring/traces.js';

test('what is missing fits on a screen, with what for beside what', () => {
  const counter = new InventoryCounter();
  const { run, records } = traceOf('run_1', [user('Hello')]);
  counter.see(run, records, null);
  const report = inventoryReport(counter.result());
  expect(report).toMatch(/^scores +1 of 1 runs has no outcome/m);
  expect(Math.max(...report.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});
