import { expect, test } from 'vitest';
import { dependenciesOf, packageOfImport, parsePackage } from '../../../src/packages/names.js';

test('a package is a name, and perhaps one version', () => {
  expect(parsePackage('left-pad')).toEqual({ name: 'left-pad', version: undefined });
  expect(parsePackage('@a/b@1.2.3')).toEqual({ name: '@a/b', version: '1.2.3' });
  for (const none of ['left-pad@1', 'left-pad@~1.2.3', 'left-pad@', '@a', 'A', '.x', '_x', 'node_modules', 'a@b@1.0.0'])
    expect(parsePackage(none), none).toBeUndefined();
});

test('an import names a package or a module of one', () => {
  expect(['left-pad', 'left-pad/lib/x.js', '@a/b', '@a/b/c'].map(packageOfImport)).toEqual([
    'left-pad',
    'left-pad',
    '@a/b',
    '@a/b',
  ]);
  for (const none of ['./x', '../x', '/x', 'node:fs', 'npm:left-pad', 'https://x/y.js', 'left-pad@1.0.0', ''])
    expect(packageOfImport(none), none).toBeUndefined();
});

test('an install takes every package once, in all versions that were asked for', () => {
  expect(dependenciesOf(['b', 'a@2.0.0', 'a@1.0.0', 'b', '@s/c@1.0.0', 'a'])).toEqual({
    '@s/c': '1.0.0',
    a: '1.0.0 || 2.0.0',
    b: '*',
  });
  expect(dependenciesOf([])).toEqual({});
});
