import { describe, expect, test } from 'vitest';
import {
  compareStandings,
  hasSamples,
  missingFor,
  standingOf,
  standingText,
  thresholdsOf,
} from '../../../src/library/promotion.js';
import { passedReport } from './fixtures.js';

const standing = (executions: number, kept: number, ok: number, report = passedReport) =>
  standingOf({ executions, kept, ok }, report);
const missing = (executions: number, kept: number, ok: number, report = passedReport) =>
  missingFor(standing(executions, kept, ok, report), thresholdsOf(undefined));

describe('the thresholds', () => {
  test('are 0.90, 0.85, 100 and 0.95 unless the operator says otherwise', () => {
    const defaults = { fidelity: 0.9, outcome_quality: 0.85, executions: 100, test_pass_rate: 0.95 };
    expect(thresholdsOf(undefined)).toEqual(defaults);
    expect(thresholdsOf({ executions: 7 })).toEqual({ ...defaults, executions: 7 });
  });

  test('a share that equals its threshold meets it', () => {
    expect(missing(100, 90, 85)).toEqual([]);
    expect(missing(200, 180, 170)).toEqual([]);
  });

  test('one execution short is short, however good the rest', () => {
    expect(missing(99, 99, 99)).toEqual(['executions 99 of 100']);
  });

  test('a share just under its threshold is under it', () => {
    expect(missing(100, 89, 85)).toEqual(['fidelity 0.890 of 0.900']);
    expect(missing(100, 90, 84)).toEqual(['outcome quality 0.840 of 0.850']);
    expect(missing(10_000, 8_999, 8_500)).toEqual(['fidelity 0.899 of 0.900']);
  });

  test('without a sample nothing is known, and nothing is there to promote on', () => {
    expect(missing(0, 0, 0)).toEqual([
      'executions 0 of 100',
      'fidelity not known: no sample',
      'outcome quality not known: no sample',
    ]);
    expect(hasSamples(standing(0, 0, 0))).toBe(false);
    const untested = { ...passedReport, visible_tests: 0, hidden_tests: 0 };
    expect(missing(100, 100, 100, untested)).toEqual(['test pass rate not known: no sample']);
    expect(hasSamples(standing(100, 100, 100, untested))).toBe(false);
    expect(hasSamples(standing(1, 1, 1))).toBe(true);
  });

  test('what the gate does not admit has no test pass rate to speak of', () => {
    expect(missing(100, 100, 100, { ...passedReport, verdict: 'inconclusive' })).toEqual([
      'test pass rate 0.000 of 0.950',
    ]);
  });
});

describe('which of two versions is better', () => {
  test('equal shares are a tie, however many the cases', () => {
    expect(compareStandings(standing(100, 95, 90), standing(100, 95, 90))).toBe('tie');
    expect(compareStandings(standing(10_000, 9_500, 9_000), standing(100, 95, 90))).toBe('tie');
  });

  test('a higher share whose interval touches the other is a tie', () => {
    expect(compareStandings(standing(100, 100, 100), standing(100, 97, 97))).toBe('tie');
  });

  test('an interval that is clear of the other decides, either way', () => {
    const [good, bad] = [standing(200, 198, 195), standing(200, 180, 150)];
    expect(compareStandings(good, bad)).toBe('better');
    expect(compareStandings(bad, good)).toBe('worse');
  });

  test('what is better in one share and worse in the other is worse', () => {
    expect(compareStandings(standing(300, 240, 240), standing(300, 300, 150))).toBe('worse');
  });

  test('without a case on either side it is a tie', () => {
    expect(compareStandings(standing(0, 0, 0), standing(100, 90, 90))).toBe('tie');
    expect(compareStandings(standing(100, 90, 90), standing(0, 0, 0))).toBe('tie');
  });
});

test('a standing is told with its intervals', () => {
  expect(standingText(standing(10, 10, 9))).toBe(
    '10 executions; fidelity 1.000 (95% interval 0.722 to 1.000); ' +
      'outcome quality 0.900 (95% interval 0.596 to 0.982); test pass rate 1.000',
  );
  expect(standingText(standing(0, 0, 0))).toBe('never called; test pass rate 1.000');
});
