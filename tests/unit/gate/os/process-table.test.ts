import { describe, expect, test } from 'vitest';
import { parsePs, parseTasklist } from '../../../../src/gate/runtimes/os/process-table.js';

describe('the list of tasklist', () => {
  test.each([
    ['English', '45,678 K', 45_678],
    ['German', '45.678 K', 45_678],
    ['French', '45\u00a0678 Ko', 45_678],
    ['French with a narrow space', '45\u202f678 Ko', 45_678],
    ['French in a code page that is no UTF-8', '45\ufffd678 Ko', 45_678],
    ['Swiss', '45\u2019678 K', 45_678],
    ['Russian', '45 678 \u041a\u0411', 45_678],
    ['Indian', '1,23,456 K', 123_456],
    ['small', '812 K', 812],
    ['large', '12,345,678 K', 12_345_678],
  ])('is read in %s', (_language, memory, kb) => {
    expect(parseTasklist(`"deno.exe","4712","Console","1","${memory}"\r\n`, 4712)).toBe(kb);
  });

  test('says nothing of a process that is not listed, or whose memory is not told', () => {
    const none = 'INFO: No tasks are running which match the specified criteria.\r\n';
    expect(parseTasklist(none, 4712)).toBeUndefined();
    expect(parseTasklist('"deno.exe","4713","Console","1","45,678 K"\r\n', 4712)).toBeUndefined();
    expect(parseTasklist('"deno.exe","4712","Console","1","N/A"\r\n', 4712)).toBeUndefined();
    expect(parseTasklist('', 4712)).toBeUndefined();
  });
});

test('the list of ps is read as Linux and macOS print it', () => {
  const linux = '      1       0 10344\n    812     1  2048\n';
  const macos = '    1     0  14032\n  812     1   2048 \n';
  expect(parsePs(linux)).toEqual([
    { pid: 1, parent: 0, residentKb: 10_344 },
    { pid: 812, parent: 1, residentKb: 2_048 },
  ]);
  expect(parsePs(macos)).toHaveLength(2);
  expect(parsePs('ps: illegal option\n')).toEqual([]);
});
