import { isJsonObject, type JsonValue } from '../json.js';
import type { Spec, SpecIssue } from './model.js';

/**
 * What a reader cannot see but a model can: control, format (bidi, zero-width, tags), surrogate and private-use
 * characters, and the variation selectors that can carry hidden text.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u{2028}\u{2029}]|[\u{e0100}-\u{e01ef}]/u;
const unseenInProse = /[\p{Cf}\p{Cs}\p{Co}\u{2028}\u{2029}]|[\u{e0100}-\u{e01ef}]|(?![\n\t\r])\p{Cc}/u;

/** true where a text that is shown as one line holds nothing that cannot be seen. */
export function isVisibleText(text: string): boolean {
  return !unseen.test(text);
}

function characterIssue(path: string): SpecIssue {
  return {
    code: 'bad_characters',
    path,
    message:
      'It holds control, zero-width or direction-changing characters. Write it again with visible characters only.',
  };
}

/** Annotations of a schema are prose that models read later, so they are looked at like summaries. */
function proseIssues(value: JsonValue | undefined, path: string, depth = 0): SpecIssue[] {
  if (depth > 64) return [];
  if (Array.isArray(value)) return value.flatMap((item, at) => proseIssues(item, `${path}[${at}]`, depth + 1));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const here = `${path}.${key}`;
    if (!isVisibleText(key)) return [characterIssue(path)];
    if (typeof child === 'string') return unseenInProse.test(child) ? [characterIssue(here)] : [];
    return proseIssues(child, here, depth + 1);
  });
}

export function characterIssues(spec: Spec): SpecIssue[] {
  const lines: [string, string][] = [
    ['summary', spec.summary],
    ...spec.tests.map((test, at): [string, string] => [`tests[${at}].name`, test.name]),
    ...spec.properties.map((text, at): [string, string] => [`properties[${at}]`, text]),
    ...spec.dependencies.tools.map((text, at): [string, string] => [`dependencies.tools[${at}]`, text]),
    ...spec.dependencies.capabilities.map((text, at): [string, string] => [`dependencies.capabilities[${at}]`, text]),
    ...spec.permissions.net.map((text, at): [string, string] => [`permissions.net[${at}]`, text]),
    ...(spec.permissions.packages ?? []).map((text, at): [string, string] => [`permissions.packages[${at}]`, text]),
  ];
  return [
    ...lines.filter(([, text]) => !isVisibleText(text)).map(([path]) => characterIssue(path)),
    ...proseIssues(spec.input_schema, 'input_schema'),
    ...proseIssues(spec.output_schema, 'output_schema'),
  ];
}

const words = (text: string): Set<string> => new Set(text.split(/\s+/));

/** How a summary starts that names a thing instead of an operation. */
const notVerbs = words(
  `a an the this that these those it its they we you i he she my our your their here there what which who when where why how
  tool capability function skill primitive utility service module script code`,
);

const vagueVerbs = words(
  `assess evaluate judge rate appraise critique review understand consider reason think reflect improve optimize enhance
  handle help assist support manage ensure process deal work analyze analyse explore discuss brainstorm`,
);

const vagueQualities = words(
  `quality novelty importance significance relevance interestingness originality creativity impact insight insightful
  meaningful interesting novel important significant appropriate elegant better best good useful helpful correctness
  soundness plausibility tone style taste sentiment usefulness`,
);

/** Operations that deterministic code can do; one of them makes a goal concrete whatever else the summary says. */
const operations = words(
  `add aggregate append apply assign average book build calculate call cancel cap check classify close collect combine compare
  compute concatenate convert copy count create cut decode dedupe delete derive detect diff divide encode escape exchange
  extract fetch fill get filter find fit flag flatten format generate get group hash insert intersect invert join keep
  label list load locate look lookup lowercase map mark mask match measure median merge move multiply normalize open order
  pad pair parse partition pick plan post project query quote rank read record redact refund remove rename render replace
  reserve resolve retrieve return reverse round sample scale score search select send set shift show slice solve sort split
  store strip subtract sum summarize swap tally test tokenize transfer transform translate trim truncate unescape unite
  update validate verify write`,
);

function stems(word: string): string[] {
  return [word, word.replace(/s$/, ''), word.replace(/es$/, ''), word.replace(/ies$/, 'y')];
}

export function summaryIssues(spec: Spec): SpecIssue[] {
  const found = spec.summary.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const first = found[0] ?? '';
  const issues: SpecIssue[] = [];
  if (!/^\p{L}/u.test(spec.summary) || notVerbs.has(first)) {
    issues.push({
      code: 'summary_not_a_verb',
      path: 'summary',
      message:
        'Start the one sentence with a verb that says what is done, for example "Count the open tickets of a user".',
    });
  }
  const has = (list: Set<string>, word: string): boolean => stems(word).some((stem) => list.has(stem));
  const vague = has(vagueVerbs, first) || found.some((word) => vagueQualities.has(word));
  if (vague && !found.some((word) => has(operations, word))) {
    issues.push({
      code: 'vague_goal',
      path: 'summary',
      message:
        'It judges or promises something and names no operation that code can do. Say what is read and what is computed from it; where no deterministic code can meet the need, set "skip" to the reason.',
    });
  }
  return issues;
}
