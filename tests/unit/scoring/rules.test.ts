import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json.js';
import { rulesJsonSchema } from '../../../src/scoring/rule-file.js';
import { defaultRules, loadRules, scorerVersion } from '../../../src/scoring/rules.js';
import type { Judgement } from '../../../src/scoring/scorer.js';
import { scoreTrace } from '../../../src/scoring/scorer.js';
import { projectFolder } from '../../support/built.js';
import { tempFolder } from '../../support/temp.js';
import { agent, call, result, reward, type Said, traceOf, user } from './traces.js';

/** Rules in force where a rule file holds this text. */
function loaded(text: string): ReturnType<typeof loadRules> {
  const home = tempFolder();
  writeFileSync(join(home, 'rules.json'), text);
  return loadRules({ home, file: { scorer_rules: 'rules.json' } });
}
const ruleFile = (when: JsonObject, severity = 'block'): string =>
  JSON.stringify({ rules: [{ id: 'mine', severity, message: 'Mine.', when }] });

const run: readonly Said[] = [
  user('Refund order 7, please.'),
  agent('', call('1', 'shop.get_order', { id: 7, lines: [{ sku: 'a' }] })),
  result('1', { total: 900, lines: [{ sku: 'a' }] }),
  agent('', call('2', 'refund_order', { id: 7 })),
  result('2', 'Error: rate limit reached'),
  agent('', call('3', 'refund_order', { id: 7 })),
  result('3', { amount: 900 }),
  agent('I refunded it.'),
  user('Is a real person there?'),
  agent('No.'),
];

function judged(
  when: JsonObject,
  options: { severity?: string; outcomes?: ReturnType<typeof reward>[] } = {},
): Judgement {
  const { rules } = loaded(ruleFile(when, options.severity));
  return scoreTrace(traceOf('r', run, { outcomes: options.outcomes ?? [] }), rules);
}
const spoke = (when: JsonObject): boolean => judged(when).reasons.some((reason) => reason.marker === 'rule:mine');

describe('a rule', () => {
  it.each<[string, JsonObject]>([
    ['a tool', { call: { tool: 'refund_order' } }],
    ['a tool by a part of its name', { call: { tool: ['nothing', '*get_*er'] } }],
    ['a failed call', { call: { failed: true } }],
    ['the text of an error', { call: { error: { contains: 'RATE LIMIT' } } }],
    ['a pattern in an error', { call: { error: { matches: '^Error: \\w+ limit' } } }],
    ['a place in the result', { call: { result: { at: '/amount', above: 500 } } }],
    [
      'a place in the arguments',
      {
        call: {
          arguments: [
            { at: '/lines/0/sku', equals: 'a' },
            { at: '/id', one_of: [6, 7] },
          ],
        },
      },
    ],
    ['a place that is not there', { call: { result: { at: '/refused', exists: false } } }],
    ['a number of calls', { call: { tool: 'refund_order', count: { at_least: 2, at_most: 2 } } }],
    ['no call at all', { call: { tool: 'cancel_order', count: { at_most: 0 } } }],
    ['an order', { call: { tool: 'refund_order', after: { tool: '*get_order' } } }],
    ['an order that was not kept', { call: { tool: '*get_order', not_after: { tool: 'check_user' } } }],
    ['what comes later', { call: { failed: true, before: { tool: 'refund_order', failed: false } } }],
    ['words of the user', { message: { role: 'user', which: 'last', text: { contains: 'real person' } } }],
    [
      'words of the agent',
      { message: { role: 'assistant', text: { matches: '(?i)REFUNDED', not_contains: 'sorry' } } },
    ],
    [
      'the run itself',
      {
        run: [
          { at: '/source', equals: 'made-up' },
          { at: '/calls', below: 4 },
        ],
      },
    ],
    [
      'several things',
      { all: [{ call: { failed: true } }, { any: [{ call: { tool: 'x' } }, { call: { failed: false } }] }] },
    ],
    ['what is not so', { call: { failed: true }, not: { call: { tool: 'transfer_to_human*' } } }],
  ])('matches by %s', (_, when) => {
    expect(spoke(when)).toBe(true);
  });

  it.each<[string, JsonObject]>([
    ['the tool is another', { call: { tool: 'refund' } }],
    ['the stars do not fit', { call: { tool: 'refund*refund_order' } }],
    ['no call is all that is asked', { call: { tool: '*get_order', failed: true } }],
    ['the value is another', { call: { result: { at: '/amount', equals: '900' } } }],
    ['it is a text and no number', { call: { result: { at: '', above: 1 } } }],
    ['the place is not there', { call: { arguments: { at: '/nothing/0', contains: 'a' } } }],
    ['there are fewer', { call: { tool: 'refund_order', count: { at_least: 3 } } }],
    ['the order is the other', { call: { tool: 'refund_order', before: { tool: '*get_order' } } }],
    ['the words are not the last', { message: { role: 'user', which: 'last', text: { contains: 'refund' } } }],
  ])('stays silent where %s', (_, when) => {
    expect(spoke(when)).toBe(false);
  });

  it('rests on the record that it matched, and says what its file says', () => {
    const { reasons } = judged({ call: { failed: true } });
    const failed = traceOf('r', run).records[4];
    expect(reasons[0]).toEqual({
      marker: 'rule:mine',
      severity: 'block',
      message: 'Mine.',
      evidence_id: failed?.evidence_id,
    });
    expect(judged({ run: { at: '/trial', equals: null } }).reasons[0]?.evidence_id).not.toBeNull();
  });

  it.each<[string, ReturnType<typeof reward>[], string]>([
    ['block', [], 'rejected'],
    ['block', [reward(1)], 'needs_human_review'],
    ['block', [reward(0)], 'rejected'],
    ['warn', [], 'needs_human_review'],
    ['warn', [reward(1)], 'accepted'],
    ['info', [reward(1)], 'accepted'],
  ])('of severity %s, with the verdicts %j, makes the run %s', (severity, outcomes, category) => {
    expect(judged({ call: { failed: true } }, { severity, outcomes }).category).toBe(category);
  });

  it('that warns keeps a run from being accepted that did what its task calls for', () => {
    const task = { instruction: null, expected_actions: [{ name: 'refund_order', arguments: { id: 7 } }] };
    const trace = traceOf('r', run, { run: { task } });
    expect(scoreTrace(trace).category).toBe('accepted');
    const [warns, notes] = ['warn', 'info'].map(
      (severity) => loaded(ruleFile({ call: { failed: true } }, severity)).rules,
    );
    expect(scoreTrace(trace, warns).category).toBe('needs_human_review');
    expect(scoreTrace(trace, notes).category).toBe('accepted');
  });

  it('cannot take forever, whatever its patterns are', () => {
    const long = [user('a'.repeat(50_000)), agent('a')];
    const { rules } = loaded(ruleFile({ message: { role: 'user', text: { matches: '(a+)+$b' } } }));
    expect(scoreTrace(traceOf('r', long), rules).category).toBe('needs_human_review');
    const stars = loaded(ruleFile({ call: { tool: `${'*a'.repeat(400)}b` } })).rules;
    expect(scoreTrace(traceOf('r', [agent('', call('1', 'a'.repeat(5_000)))]), stars).reasons.length).toBeGreaterThan(
      0,
    );
  });
});

describe('a rule file', () => {
  it('is read as docs/scoring.md shows it', () => {
    const docs = readFileSync(join(projectFolder, 'docs', 'scoring.md'), 'utf8');
    const example = /```json\n([\s\S]*?)```/.exec(docs)?.[1] ?? '';
    expect(loaded(example).rules.rules.map((rule) => rule.id)).toEqual([
      'refund_unseen',
      'large_refund',
      'rate_limited',
      'asked_for_person',
    ]);
  });

  it('is described by docs/schemas/scorer_rules.json, which it may name for an editor', () => {
    const schema: unknown = JSON.parse(
      readFileSync(join(projectFolder, 'docs', 'schemas', 'scorer_rules.json'), 'utf8'),
    );
    expect(schema).toEqual(rulesJsonSchema());
    const named = loaded('{"$schema": "scorer_rules.json", "failed_tail": 2}').rules;
    expect(scorerVersion(named)).toBe(scorerVersion(loaded('{"failed_tail": 2}').rules));
  });

  it('shows in the version of the scorer by what it says, not by how it is written', () => {
    const [one, spaced, other] = [
      ruleFile({ call: { failed: true } }),
      JSON.stringify(JSON.parse(ruleFile({ call: { failed: true } })), null, 2),
      ruleFile({ call: { failed: false } }),
    ].map((text) => scorerVersion(loaded(text).rules));
    expect(one).toMatch(/^deterministic@3\+[0-9a-f]{12}$/);
    expect(spaced).toBe(one);
    expect(other).not.toBe(one);
    expect(scorerVersion(loaded('{}').rules)).toBe(scorerVersion(defaultRules));
  });

  it.each<[string, string, RegExp]>([
    ['is no JSON', '{\n  "rules": [\n  }\n', /are no JSON at line 3: a value is missing/],
    ['ends too early', '{\n  "rules": [\n', /are no JSON at line 3: the file ends too early/],
    ['names a key twice', '{\n  "rules": [],\n  "rules": []\n}', /line 3: the key "rules" stands twice/],
    ['has a key that is not known', '{\n  "full_reward": 1,\n  "colour": 2\n}', /not valid at line 3, colour/],
    ['is of another version', '{\n\n"schema_version": 2}', /line 3, schema_version: this program reads version 1/],
    [
      'has a wrong key deep within',
      '{"rules": [{\n"id": "a", "severity": "warn", "message": "m",\n"when": {\n"call": {\n"toll": "x"}}}]}',
      /line 5, rules\.0\.when\.call\.toll/,
    ],
    [
      'has a fault in a value test',
      '{"rules": [{"id": "a", "severity": "warn", "message": "m", "when": {"call": {"result":\n{"at": "amount"}}}}]}',
      /line 2, rules\.0\.when\.call\.result\.at: a JSON pointer/,
    ],
    [
      'has a pattern that cannot be used',
      '{"rules": [{"id": "a", "severity": "warn", "message": "m", "when": {"call": {"error": {\n"matches": "(?=a)"}}}}]}',
      /line 2, .*matches: this is no pattern/,
    ],
    [
      'has a severity that is none',
      '{"rules": [{"id": "a",\n"severity": "fatal", "message": "m", "when": {"call": {}}}]}',
      /line 2, rules\.0\.severity/,
    ],
    [
      'has two rules of one name',
      '{"rules": [{"id": "a", "severity": "info", "message": "m", "when": {"call": {}}},\n{"id": "a", "severity": "info", "message": "m", "when": {"call": {}}}]}',
      /line 2, rules\.1\.id: another rule is called a/,
    ],
    [
      'asks for nothing',
      '{"rules": [{"id": "a", "severity": "info", "message": "m",\n"when": {}}]}',
      /line 2, rules\.0\.when/,
    ],
    ['is nested without end', `{"rules": ${'['.repeat(5000)}`, /nested deeper than 64/],
  ])('that %s is refused with the line', (_, text, told) => {
    expect(() => loaded(text)).toThrow(told);
  });

  it('that is not there, or is too long, is refused by name', () => {
    expect(() => loadRules({ home: tempFolder(), file: { scorer_rules: 'none.json' } })).toThrow(
      /in none\.json cannot be read/,
    );
    expect(() => loaded(' '.repeat(300_000))).toThrow(/longer than/);
  });
});
