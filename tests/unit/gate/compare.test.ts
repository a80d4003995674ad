import { describe, expect, test } from 'vitest';
import { compareWithExpected, containsJson, sameJson } from '../../../src/gate/compare.js';
import { recordedAnswers } from '../../../src/gate/recorded-answers.js';
import type { RecordedAnswer } from '../../../src/specs/model.js';
import { never } from './support.js';

describe('comparison', () => {
  test('equality ignores the order of keys and nothing else', () => {
    expect(sameJson({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(sameJson([1, 2], [2, 1])).toBe(false);
    expect(sameJson({ a: null }, {})).toBe(false);
    expect(sameJson({ a: null, b: 1 }, { b: 1, c: null })).toBe(false);
    expect(sameJson([], {})).toBe(false);
    expect(sameJson(0, -0)).toBe(true);
    expect(sameJson('1', 1)).toBe(false);
    expect(sameJson({ a: 1 }, JSON.parse('{"__proto__": 1}'))).toBe(false);
  });

  test('containment looks for keys by name and for elements anywhere', () => {
    expect(containsJson({ a: { b: 1, c: 2 }, d: 3 }, { a: { b: 1 } })).toBe(true);
    expect(containsJson([{ id: 1, x: 1 }, { id: 2 }], [{ id: 2 }, { id: 1 }])).toBe(true);
    expect(containsJson([{ id: 1 }], [{ id: 3 }])).toBe(false);
    expect(containsJson({ toString: 1 }, { valueOf: 1 })).toBe(false);
    expect(containsJson('abc', 'ab')).toBe(false);
    expect(containsJson({}, { a: null })).toBe(false);
  });

  test('each expectation that is not met is named, and the property says no value', () => {
    const observed = { status: 'missing' as const, payload: { a: 'secret' }, prov: [1] };
    const expected = {
      status: 'ok' as const,
      payload: { a: 'other' },
      payload_contains: { b: 1 },
      payload_keys: ['a', 'c'],
      prov_contains: [1, 2],
    };
    const found = compareWithExpected(expected, observed);
    expect(found.map(({ property }) => property)).toEqual([
      'status differs',
      'payload differs',
      'payload lacks expected content',
      'payload lacks expected keys',
      'prov lacks expected entries',
    ]);
    expect(found.map(({ detail }) => detail).join()).toContain('expected payload {"a":"other"}, got {"a":"secret"}');
    expect(compareWithExpected({ payload_contains: { a: 'secret' }, prov_contains: [1] }, observed)).toEqual([]);
  });
});

describe('recorded answers', () => {
  const calls: RecordedAnswer[] = [
    { name: 'a', args: { x: 1, y: 2 }, result: 'first' },
    { name: 'a', args: { y: 2, x: 1 }, result: 'second' },
    { name: 'b', args: {}, error: 'broken' },
  ];

  test('are given by name and arguments, in the order recorded, each once', async () => {
    const answers = recordedAnswers({ calls });
    const call = (name: string, args: Record<string, number>) => answers.onCall({ name, args }, never);
    expect(await call('a', { y: 2, x: 1 })).toBe('first');
    expect(await call('a', { x: 1, y: 2 })).toBe('second');
    await expect(call('b', {})).rejects.toMatchObject({ code: 'upstream', message: 'broken' });
    expect(answers.differences()).toEqual([]);
    await expect(call('a', { x: 1, y: 2 })).rejects.toMatchObject({ code: 'not_found' });
    expect(answers.differences().map(({ property }) => property)).toEqual(['a call was not recorded']);
  });

  test('that were not asked for are a difference', () => {
    expect(recordedAnswers({ calls }).differences()).toHaveLength(3);
  });

  test('in reversed order come last call first', async () => {
    const answers = recordedAnswers({ calls: calls.slice(0, 2) }, { order: 'reversed' });
    const order: unknown[] = [];
    await Promise.all(
      [1, 2].map(() => answers.onCall({ name: 'a', args: { x: 1, y: 2 } }, never).then((each) => order.push(each))),
    );
    expect(order).toEqual(['second', 'first']);
  });
});
