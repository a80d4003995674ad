import { describe, expect, it } from 'vitest';
import type { Act } from '../../../src/needs/model.js';
import { needText } from '../../../src/needs/need-text.js';
import { firstWords, identifierWords, toolPhrase, withoutValues } from '../../../src/needs/words.js';

const act: Act = {
  act_id: 'act_1',
  run_id: 'run_1',
  ordinal: 0,
  intent: 'Please cancel order A-17 for ada@example.com.',
  action: 'I will cancel it.',
  calls: [{ tool: 'cancel_order', arguments: {}, result: null, failed: false }],
  observation: 'done',
  grounding: 'Sec 3',
  segments: ['s1'],
  evidence_ids: [],
};

describe('the need text', () => {
  it('has the parts in a fixed order, without field labels and values', () => {
    expect(needText({ ...act, intent: 'Please cancel order #W6067464 for ada@example.com.' })).toBe(
      'Please cancel order id for email. I will cancel it. cancel order',
    );
  });

  it('has the parts that were asked for and no others, whatever their order', () => {
    expect(needText(act, ['source', 'grounding'])).toBe('Sec number. s1');
    expect(needText(act, ['tools'])).toBe('cancel order');
  });

  it('says each part once', () => {
    expect(needText({ ...act, action: 'cancel order' }, ['action', 'tools'])).toBe('cancel order');
  });

  it('is empty where the parts say nothing', () => {
    expect(needText({ ...act, intent: '...', action: '', calls: [] })).toBe('');
  });
});

describe('words', () => {
  it.each([
    ['user mia_li_3668 paid $1,250.50 on 2024-05-20', 'user id paid amount on date'],
    ['flight HAT136 leaves at 11:30 am on May 20th, 2024', 'flight id leaves at time on date'],
    ['see https://example.com/a?b=1 or /home/ada/notes.txt', 'see url or path'],
    ['[EMAIL_1] wrote 3 times', 'EMAIL wrote number times'],
    ['the 2nd of 1,000 rows', 'the number of number rows'],
    ['a h1 in the 3d view', 'a h1 in the 3d view'],
  ])('%j without values is %j', (text, expected) => {
    expect(withoutValues(text)).toBe(expected);
  });

  it.each([
    ['get_user_details', 'get user details'],
    ['getUserDetails', 'get user details'],
    ['mcp__desk__find-HTTPError', 'desk find http error'],
  ])('%j in words is %j', (name, expected) => {
    expect(identifierWords(name)).toBe(expected);
  });

  it('name each tool once, in order, and at most four', () => {
    const calls = ['a_1', 'b', 'a_1', 'c', 'd', 'e'].map((tool) => ({ tool }));
    expect(toolPhrase(calls)).toBe('a 1, then b, then c, then d and more');
  });

  it('are cut between words', () => {
    expect(firstWords('one  two three', 2)).toBe('one two...');
    expect(firstWords('one two', 2)).toBe('one two');
  });
});
