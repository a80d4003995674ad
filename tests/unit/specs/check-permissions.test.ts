import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { checkSpec } from '../../../src/specs/check.js';
import type { RecordedAnswer, Spec, SpecIssue } from '../../../src/specs/model.js';
import { weatherSpec } from '../../support/weather.js';
import { openContext, sumSpec } from './specs.js';

const host = 'api.example.org';
const origin = `https://${host}`;
const answer = { status: 200, headers: {}, body: 'x' };

function issuesOf(spec: Spec, language?: 'typescript' | 'python'): readonly SpecIssue[] {
  const raw = JSON.parse(JSON.stringify(spec)) as JsonObject;
  const checked = checkSpec(raw, { ...openContext, language });
  return 'issues' in checked ? checked.issues : [];
}

const tests = (call: RecordedAnswer): Spec['tests'] => sumSpec().tests.map((one) => ({ ...one, calls: [call] }));
const recording = (call: Partial<RecordedAnswer>): Spec =>
  sumSpec({
    permissions: { net: [host] },
    tests: tests({ name: 'fetch', args: { url: `${origin}/x` }, result: answer, ...call }),
  });

test('a spec may declare hosts and record what is fetched from them', () => {
  expect(issuesOf(weatherSpec(origin, host))).toEqual([]);
  expect(issuesOf(recording({ result: undefined, error: 'The server is down.' }))).toEqual([]);
});

test('a spec that declares nothing stays what it was, to the byte', () => {
  const checked = checkSpec(JSON.parse(JSON.stringify(sumSpec())) as JsonObject, openContext);
  expect('spec' in checked && checked.spec.permissions).toEqual({ net: [] });
});

test.each(['*.example.org', 'https://api.example.org', 'API.example.org', 'api.example.org/x', 'a b'])(
  'the host %j is refused with how to mend it',
  (bad) => {
    const [issue] = issuesOf(sumSpec({ permissions: { net: [host, bad] } }));
    expect(issue).toMatchObject({ code: 'bad_host', path: 'permissions.net[1]' });
    expect(issue?.message).toMatch(/example\.org/);
  },
);

describe('a recorded fetch', () => {
  test.each<[string, Partial<RecordedAnswer>, string, string]>([
    ['of another host', { args: { url: 'https://example.org/' } }, 'undeclared_host', 'tests[0].calls[0].args.url'],
    ['of another port', { args: { url: `${origin}:8443/` } }, 'undeclared_host', 'tests[0].calls[0].args.url'],
    ['without a url', { args: {} }, 'bad_fetch', 'tests[0].calls[0].args'],
    ['with a cookie', { args: { url: origin, headers: { cookie: 'a' } } }, 'bad_fetch', 'tests[0].calls[0].args'],
    ['without an answer', { result: undefined }, 'bad_fetch', 'tests[0].calls[0]'],
    ['with an answer that is no text', { result: { ...answer, body: {} } }, 'bad_fetch', 'tests[0].calls[0]'],
    ['with an answer of another shape', { result: 'x' }, 'bad_fetch', 'tests[0].calls[0]'],
  ])('%s is refused', (_what, call, code, path) => {
    expect(issuesOf(recording(call))[0]).toMatchObject({ code, path });
  });

  test('of a spec that declares no host is refused by the host', () => {
    const [issue] = issuesOf({ ...recording({}), permissions: { net: [] } });
    expect(issue).toMatchObject({ code: 'undeclared_host' });
    expect(issue?.message).toContain(`"${host}"`);
  });
});

test('nothing that can be called may be named fetch', () => {
  const skill = (dependencies: Spec['dependencies']) => sumSpec({ kind: 'skill', dependencies });
  const reserved = (spec: Spec) => issuesOf(spec).filter(({ code }) => code === 'reserved_name');
  expect(reserved(sumSpec({ name: 'fetch' }))).toMatchObject([{ path: 'name' }]);
  expect(reserved(skill({ capabilities: [], tools: ['a', 'fetch'] }))).toMatchObject([
    { path: 'dependencies.tools[1]' },
  ]);
  expect(reserved(skill({ capabilities: ['fetch'], tools: [] }))).toMatchObject([
    { path: 'dependencies.capabilities[0]' },
  ]);
  expect(reserved(skill({ capabilities: [], tools: ['fetch.fetch'] }))).toEqual([]);
});

describe('packages', () => {
  const asking = (...packages: string[]) => sumSpec({ permissions: { net: [], packages } });

  test('are named, with an exact version or without', () => {
    expect(issuesOf(asking('left-pad', '@scope/name@1.2.3', 'semver@7.0.0-rc.1'))).toEqual([]);
  });

  test.each(['left-pad@^1.0.0', 'left-pad@latest', 'npm:left-pad', './local', '../up', 'Left', 'a/b', '@scope', ''])(
    'may not be asked for as %j',
    (text) => {
      expect(issuesOf(asking(text))[0]).toMatchObject({ code: 'bad_package', path: 'permissions.packages[0]' });
    },
  );

  test('are listed once', () => {
    expect(issuesOf(asking('left-pad', 'left-pad@1.3.0'))[0]).toMatchObject({ code: 'bad_package' });
  });

  test('are not for code in Python', () => {
    expect(issuesOf(asking('left-pad'), 'typescript')).toEqual([]);
    expect(issuesOf(asking('left-pad'), 'python')).toMatchObject([{ code: 'packages_not_for_python' }]);
    expect(issuesOf(sumSpec(), 'python')).toEqual([]);
  });
});
