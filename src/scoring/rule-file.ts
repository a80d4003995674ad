import { RE2JS } from 're2js';
import * as z from 'zod';
import { jsonValue } from '../json.js';

const isPattern = (pattern: string): boolean => {
  try {
    RE2JS.compile(RE2JS.translateRegExp(pattern));
    return true;
  } catch {
    return false;
  }
};

const words = z.string().min(1).max(1000);
const pointer = z
  .string()
  .max(500)
  .regex(/^(?:\/.*)?$/, 'a JSON pointer is "" or begins with /');
const count = z
  .strictObject({ at_least: z.int().min(0).optional(), at_most: z.int().min(0).optional() })
  .describe('how many must match; at least one where nothing is said');

/** What a text must be; all that is given must hold. */
const textTest = z.strictObject({
  contains: z
    .union([words, z.array(words).min(1).max(100)])
    .optional()
    .describe('one of these, in whatever case'),
  matches: words
    .refine(isPattern, 'this is no pattern (look-around and back-references are not supported)')
    .optional()
    .describe('a regular expression of the RE2 kind'),
  not_contains: z
    .union([words, z.array(words).min(1).max(100)])
    .optional()
    .describe('none of these, in whatever case'),
});
export type TextTest = z.infer<typeof textTest>;

/** What stands at a place of a value must be; all that is given must hold. */
const valueTest = textTest.extend({
  at: pointer.describe('JSON pointer; "" is the whole value'),
  exists: z.boolean().optional(),
  equals: jsonValue.optional(),
  one_of: z.array(jsonValue).min(1).max(100).optional(),
  above: z.number().optional(),
  below: z.number().optional(),
});
export type ValueTest = z.infer<typeof valueTest>;

const values = z.union([valueTest, z.array(valueTest).min(1).max(20)]);
const toolName = words.describe('name of the tool in the log; * stands for any characters');

/** What a call must be; all that is given must hold. */
const plainCall = z.strictObject({
  tool: z.union([toolName, z.array(toolName).min(1).max(100)]).optional(),
  failed: z.boolean().optional(),
  error: textTest.optional().describe('text of the error of a failed call'),
  arguments: values.optional(),
  result: values.optional(),
});
export type CallTest = z.infer<typeof plainCall>;

const callTest = plainCall.extend({
  after: plainCall.optional().describe('an earlier call of the run is this'),
  not_after: plainCall.optional().describe('no earlier call of the run is this'),
  before: plainCall.optional().describe('a later call of the run is this'),
  not_before: plainCall.optional().describe('no later call of the run is this'),
  count: count.optional(),
});
export type CallsTest = z.infer<typeof callTest>;

const messageTest = z.strictObject({
  role: z.enum(['user', 'assistant', 'system']),
  which: z.enum(['any', 'first', 'last']).default('any'),
  text: textTest,
  count: count.optional(),
});
export type MessageTest = z.infer<typeof messageTest>;

export interface Condition {
  readonly call?: CallsTest | undefined;
  readonly message?: MessageTest | undefined;
  readonly run?: ValueTest | readonly ValueTest[] | undefined;
  readonly all?: readonly Condition[] | undefined;
  readonly any?: readonly Condition[] | undefined;
  readonly not?: Condition | undefined;
}

const condition: z.ZodType<Condition> = z.lazy(() =>
  z
    .strictObject({
      call: callTest.optional(),
      message: messageTest.optional(),
      run: values
        .optional()
        .describe('fields of the run: source, format, task_id, trial, project, agent, models, calls, records'),
      all: z.array(condition).min(1).max(20).optional(),
      any: z.array(condition).min(1).max(20).optional(),
      not: condition.optional(),
    })
    .refine(
      (one) => Object.values(one).some((part) => part !== undefined),
      'a condition names at least one of call, message, run, all, any, not',
    ),
);

const rule = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]{0,59}$/, 'small letters, digits and _, at most 60, a letter first'),
  severity: z.enum(['block', 'warn', 'info']),
  message: z.string().min(1).max(500).describe('what the reason says'),
  when: condition,
});
export type Rule = z.infer<typeof rule>;

/** The file that `scorer_rules` or `--rules` names: thresholds, and rules of places and constants. No code. */
export const rulesFileSchema = z.strictObject({
  $schema: z.string().optional().describe('for editors; means nothing here'),
  schema_version: z.literal(1, 'this program reads version 1').default(1),
  full_reward: z.number().positive().default(1).describe('a reward of at least this is full'),
  failed_tail: z.int().min(1).default(1).describe('so many failed calls at the end reject a run without an outcome'),
  rules: z
    .array(rule)
    .max(200)
    .default([])
    .superRefine((rules, { addIssue }) => {
      for (const [index, { id }] of rules.entries()) {
        if (rules.findIndex((one) => one.id === id) < index) {
          addIssue({ code: 'custom', path: [index, 'id'], message: `another rule is called ${id}` });
        }
      }
    }),
});

/** JSON Schema (2020-12) of a rule file, for editors. */
export function rulesJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(rulesFileSchema, { target: 'draft-2020-12', io: 'input', reused: 'ref' });
  return { $schema, title: 'Scorer rules', ...rest };
}
