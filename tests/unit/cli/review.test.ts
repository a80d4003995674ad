import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../support/temp.js';
import { type Outcome, runMain, useEnvironment } from './run-main.js';

interface Line {
  readonly id: string;
  readonly task: string | null;
  readonly request: string;
  readonly answer: string;
}

/** Runs without an outcome: two of one task, one of another, one that wants to write on the screen. */
const runs: readonly Line[] = [
  { id: 'a1', task: 'refund', request: 'Refund order 7.', answer: 'Order 7 was looked at.' },
  { id: 'a2', task: 'refund', request: 'Refund order 8.', answer: 'Order 8 was looked at.' },
  { id: 'b1', task: 'cancel', request: 'Cancel order 9.', answer: 'Order 9 was looked at.' },
  {
    id: 'c1',
    task: null,
    request: 'Hi \u001b[2J\u001b]0;owned\u0007\u202e there',
    answer: `${'宽'.repeat(90)} ${'x'.repeat(300)}`,
  },
];

async function desk(): Promise<string> {
  const folder = tempFolder();
  useEnvironment(join(folder, 'home'));
  const log = join(folder, 'log.jsonl');
  const lines = runs.map(({ id, task, request, answer }) => ({
    id,
    messages: [
      { role: 'user', content: request },
      {
        role: 'assistant',
        tool_calls: [{ id: '1', type: 'function', function: { name: 'look', arguments: '{"o": 1}' } }],
      },
      { role: 'tool', tool_call_id: '1', content: 'Error: the desk is closed' },
      {
        role: 'assistant',
        tool_calls: [{ id: '2', type: 'function', function: { name: 'look', arguments: '{"o": 2}' } }],
      },
      { role: 'tool', tool_call_id: '2', content: '{"state": "sent"}' },
      { role: 'assistant', content: answer },
    ],
    ...(task === null ? {} : { metadata: { task_id: task } }),
  }));
  writeFileSync(log, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  expect((await runMain('import', log, '--source', 'desk')).code).toBe(0);
  return folder;
}

function stubStdin(chunks: readonly string[], terminal: { modes: boolean[] } | null): void {
  const input = new PassThrough();
  if (terminal) {
    Object.assign(input, { isTTY: true, setRawMode: (raw: boolean) => terminal.modes.push(raw) });
    const was = Object.getOwnPropertyDescriptor(process.stdout, 'isTTY');
    Object.defineProperty(process.stdout, 'isTTY', { configurable: true, value: true });
    onTestFinished(() => {
      if (was) Object.defineProperty(process.stdout, 'isTTY', was);
      else Reflect.deleteProperty(process.stdout, 'isTTY');
    });
  }
  for (const chunk of chunks) input.write(chunk);
  input.end();
  const own = Object.getOwnPropertyDescriptor(process, 'stdin');
  Object.defineProperty(process, 'stdin', { configurable: true, value: input });
  onTestFinished(() => {
    if (own) Object.defineProperty(process, 'stdin', own);
  });
}

async function piped(text: string, ...args: string[]): Promise<Outcome> {
  stubStdin([text], null);
  return runMain('review', ...args);
}

interface Score {
  readonly category: string;
  readonly via: string;
  readonly reasons: readonly { readonly marker: string; readonly message: string }[];
}
const scores = async (): Promise<Score[]> =>
  (await runMain('records', 'scored_run')).out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const categories = async (): Promise<string[]> => (await scores()).map((score) => score.category).sort();

test('review shows the request, the calls, the end and the reasons within 80 columns, and none of the log obeys the terminal', async () => {
  await desk();
  const { code, out } = await piped('s\ns\ns\ns\n');
  expect(code, out).toBe(0);
  expect(out).toMatch(/^1 of 4: run_\w+, source desk, task refund$/m);
  expect(out).toContain('1 more like it wait: same task and markers.');
  expect(out).toMatch(/^ {3}0 {2}user {3}Refund order \d\.$/m);
  expect(out).toMatch(/^ {3}1 {2}FAIL look \{"o":1\}\n {11}Error: the desk is closed$/m);
  expect(out).toMatch(/^ {3}3 {2}ok {3}look \{"o":2\}$/m);
  expect(out).toMatch(/^ {2}warn {3}no_outcome \(record 5\): No reward/m);
  expect(out).toMatch(/^0 decided .* 4 still wait\.$/m);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may reach a terminal
  expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  const wide = (line: string): number => [...line].reduce((sum, char) => sum + (char === '宽' ? 2 : 1), 0);
  expect(Math.max(...out.split('\n').map(wide))).toBeLessThanOrEqual(80);
  expect(await categories()).toEqual(Array(4).fill('needs_human_review'));
});

test('a verdict is kept, offered for those like it, and stands over later scoring', async () => {
  await desk();
  const { code, out } = await piped('r the wrong card\ny\naccepted\nq\n');
  expect(code, out).toBe(0);
  expect(out).toContain('One more run has the same task and markers.\nrejected for it, too?');
  expect(out).toMatch(/^3 decided \(1 accepted, 0 partially accepted, 2 rejected\), 1 still waits\.$/m);
  await runMain('score', '--source', 'desk');
  expect(await categories()).toEqual(['accepted', 'needs_human_review', 'rejected', 'rejected']);
  const rejected = (await scores()).filter((score) => score.category === 'rejected');
  expect(rejected.every((score) => score.via === 'cli' && score.reasons[0]?.marker === 'override')).toBe(true);
  expect(rejected.map((score) => score.reasons[0]?.message).sort()).toEqual([
    expect.stringMatching(/"As run_\w+: the wrong card"/),
    expect.stringMatching(/"the wrong card"/),
  ]);
  const again = await piped('p\n');
  expect(again.out).toMatch(/^1 of 1: /m);
  expect(await categories()).toEqual(['accepted', 'partially_accepted', 'rejected', 'rejected']);
  expect((await piped('')).out).toBe('No run waits for a person.\n');
});

test('the last verdict can be undone, with those that followed it, and the end of the input keeps the rest', async () => {
  await desk();
  const { out } = await piped('u\na\ny\nundo\nr\nn\nn this one is fine\na\nn\n');
  expect(out).toContain('Nothing was decided yet.');
  expect(out).toContain('Taken back: 2 runs.');
  expect(await categories()).toEqual(['accepted', 'needs_human_review', 'needs_human_review', 'rejected']);
  const accepted = (await scores()).find((score) => score.category === 'accepted');
  expect(accepted?.reasons[0]?.message).toContain('"this one is fine"');
  const receipts = (await runMain('records', 'receipt')).out
    .split('\n')
    .filter((line) => /"command":"(review|override_score|take_back)/.test(line));
  expect(receipts.map((line) => JSON.parse(line).command).sort()).toEqual([
    'override_score',
    'override_score',
    'override_score',
    'override_score',
    'review',
    'take_back_override',
  ]);
});

test('in a terminal a key is an answer, and the terminal is left as it was', async () => {
  await desk();
  const terminal: { modes: boolean[] } = { modes: [] };
  stubStdin(['x', '?', '\u001b[A', 'n', 'fime\u007f\u007fne\r', 'A', 'y', 'q'], terminal);
  const { code, out } = await runMain('review');
  expect(code, out).toBe(0);
  expect(terminal.modes).toEqual([true, false]);
  expect(out).toContain('\u001b[2J\u001b[H');
  expect(out).toContain('That is no answer.');
  expect(out).toContain('undo the last verdict, also where it was given to several runs');
  expect(await categories()).toEqual(['accepted', 'accepted', 'needs_human_review', 'needs_human_review']);
  expect((await scores()).some((score) => score.reasons[0]?.message.includes('"fine"'))).toBe(true);
});

test('Ctrl-C in a terminal ends with 130 and keeps what was decided', async () => {
  await desk();
  const terminal: { modes: boolean[] } = { modes: [] };
  stubStdin(['r', '\u0003'], terminal);
  const { code } = await runMain('review');
  expect(code).toBe(130);
  expect(terminal.modes).toEqual([true, false]);
  expect(await categories()).toEqual(['needs_human_review', 'needs_human_review', 'needs_human_review', 'rejected']);
});

test('review --list shows the order and asks nothing; of a source or a store that is not there none wait', async () => {
  await desk();
  const before =
    'No run waits for a person.\nSome runs were not judged yet and may wait as well: score --all judges them.\n';
  expect((await runMain('review', '--list')).out).toBe(before);
  await runMain('score', '--all');
  const listed = await runMain('review', '--list');
  expect(listed.out).toMatch(/^1 +run_\w+ +desk refund +no_outcome /m);
  const { waiting } = JSON.parse((await runMain('review', '--list', '--json')).out);
  expect(waiting.map((one: { task_id: string | null }) => one.task_id).slice(0, 1)).toEqual(['refund']);
  expect(waiting).toHaveLength(4);
  expect((await runMain('review', '--list', '--source', 'nowhere')).out).toBe('No run waits for a person.\n');
  expect((await runMain('review', '--json')).code).toBe(2);
  useEnvironment(join(tempFolder(), 'none'));
  expect((await runMain('review')).out).toBe('No run waits for a person.\n');
});
