import { codexLines } from '../unit/evidence/recordings/codex.js';
import { helpdeskMapping } from '../unit/evidence/recordings/mapped.js';
import { seeded } from '../unit/evidence/recordings/mutate.js';
import { otlp, traceOf } from '../unit/evidence/recordings/otel.js';
import { toolTrajectory } from '../unit/evidence/recordings/swe-agent.js';
import { tau2Results } from '../unit/evidence/recordings/tau2.js';
import { claudeLines, jsonl, tauRun } from '../unit/evidence/support.js';

// Made up, and put together at run time, so that no scanner takes this file for a leak.
const made = (...parts: string[]): string => parts.join('');
const letters = (seed: number, length: number, alphabet: string): string => {
  const random = seeded(seed + length);
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('');
};
const upper = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const mixed = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

function withLuhn(start: string): string {
  for (let check = 0; check < 10; check += 1) {
    const digits = [...`${start}${check}`].reverse().map(Number);
    const sum = digits.reduce(
      (all, digit, at) => all + (at % 2 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit),
      0,
    );
    if (sum % 10 === 0) return `${start}${check}`;
  }
  return start;
}

function germanIban(bank: string): string {
  const remainder = Number([...`${bank}131400`].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0));
  return `DE${String(98 - remainder).padStart(2, '0')}${bank}`;
}

export const makers: readonly ((seed: number) => string)[] = [
  (seed) => made('AKIA', letters(seed, 16, upper)),
  (seed) => made('ghp_', letters(seed, 36, mixed)),
  (seed) => made('sk-', 'ant-', letters(seed, 40, mixed)),
  (seed) => made('hf_', letters(seed, 34, mixed)),
  (seed) => made('xoxb-', '1234567890-', letters(seed, 24, mixed)),
  (seed) => made('AIza', letters(seed, 35, mixed)),
  (seed) => made('sk_', 'live_', letters(seed, 24, mixed)),
  (seed) => `person.${letters(seed, 6, 'abcdefgh')}${seed}@mail-host.example`,
  (seed) => `+49 151 ${20_000_000 + seed * 7_919}`,
  (seed) => withLuhn(`4${String(532_015_112_830_000 + seed * 7_919).slice(0, 14)}`),
  (seed) => germanIban(String(370_400_440_532_000_000 + seed * 7_919)),
];

const encodings: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => Buffer.from(`the value is ${text}, yes`).toString('base64'),
  (text) => encodeURIComponent(`value=${text}`),
  (text) => [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  (text) => encodeURIComponent(encodeURIComponent(`a=${text};`)),
  (text) => Buffer.from(Buffer.from(`twice ${text} done`).toString('base64')).toString('base64'),
];

export interface Planted {
  readonly secret: string;
  readonly shown: string;
}

/** One of each kind in each encoding; other seeds, other secrets. */
export function plant(from: number): Planted[] {
  return makers.flatMap((make, kind) =>
    encodings.map((encode, way) => {
      const secret = make(from + kind * encodings.length + way);
      return { secret, shown: encode(secret) };
    }),
  );
}

type Message = { [key: string]: unknown };

/** A conversation that says every planted text in a different place. */
function messagesWith(planted: readonly Planted[]): Message[] {
  return planted.flatMap(({ secret, shown }, at): Message[] => {
    const id = `c${at}`;
    const half = Math.floor(secret.length / 2);
    const parts = [secret.slice(0, half), secret.slice(half)].map((text) => ({ type: 'text', text }));
    const places: Message[][] = [
      [{ role: 'user', content: `here it is: ${shown} ok?` }],
      [
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id,
              type: 'function',
              function: { name: 'put', arguments: JSON.stringify({ [shown]: 1, list: [shown] }) },
            },
          ],
        },
        { role: 'tool', tool_call_id: id, content: JSON.stringify({ saved: { note: `(${shown})` } }) },
      ],
      [{ role: 'user', content: parts }],
      [{ role: 'assistant', content: `line\n${shown}\nline` }],
    ];
    return places[at % places.length] ?? [];
  });
}

/** A secret in two parts of a message. */
const halves = (secret: string, type: string, name = 'text'): Message[] => {
  const half = Math.floor(secret.length / 2);
  return [secret.slice(0, half), secret.slice(half)].map((text) => ({ type, [name]: text }));
};

/** One of several ways to say something, by turns. */
function byTurns(ways: readonly (() => Message[])[], at: number): Message[] {
  return ways[at % ways.length]?.() ?? [];
}

function itemPlaces({ secret, shown }: Planted, at: number): Message[] {
  const call_id = `c${at}`;
  const message = (role: string, content: unknown): Message => ({ type: 'message', role, content });
  return byTurns(
    [
      () => [message('user', [{ type: 'input_text', text: `it is ${shown}.` }])],
      () => [message('user', halves(secret, 'input_text'))],
      () => [
        { type: 'function_call', call_id, name: 'put', arguments: JSON.stringify({ [shown]: [shown] }) },
        { type: 'function_call_output', call_id, output: `{"note":${JSON.stringify(shown)}}` },
      ],
      () => [
        { type: 'function_call', call_id: shown, name: 'put', arguments: `{"broken": ${shown}` },
        { type: 'function_call_output', call_id: shown, output: [{ type: 'input_text', text: shown }] },
      ],
      () => [message('assistant', [{ type: 'output_text', text: `line\n${shown}\nline` }])],
    ],
    at,
  );
}

const codexPlaces = (one: Planted, at: number): Message[] =>
  itemPlaces(one, at).map((payload) => ({ timestamp: '2026-02-03T04:05:06.000Z', type: 'response_item', payload }));

function tau2Places({ shown }: Planted, at: number): Message[] {
  const id = `c${at}`;
  return byTurns(
    [
      () => [{ role: 'user', content: `it is ${shown}.`, tool_calls: null }],
      () => [
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id, name: 'put', arguments: { [shown]: { deep: [shown] } } }],
        },
        { id, role: 'tool', content: JSON.stringify({ note: shown }), requestor: 'assistant', error: false },
      ],
      () => [
        { role: 'assistant', content: '', tool_calls: [{ id, name: 'put', arguments: JSON.stringify({ a: shown }) }] },
        { role: 'tool', tool_messages: [{ id, role: 'tool', content: `(${shown})`, requestor: 'assistant' }] },
      ],
      () => [{ role: 'assistant', content: `line\n${shown}\nline`, tool_calls: null }],
    ],
    at,
  );
}

function swePlaces({ secret, shown }: Planted, at: number): Message[] {
  const id = `t${at}`;
  const agent = 'main';
  const call = { function: { name: 'bash', arguments: JSON.stringify({ command: shown }) }, id, type: 'function' };
  const quoted = JSON.stringify(shown).slice(1, -1);
  const printed = `[{'function': {'name': 'bash', 'arguments': "{'command': '${quoted}'}"}, 'id': '${id}', 'type': 'function'}]`;
  return byTurns(
    [
      () => [{ role: 'user', content: `it is ${shown}.`, agent }],
      () => [{ role: 'user', content: halves(secret, 'text'), agent }],
      () => [
        { role: 'assistant', content: shown, thought: shown, action: shown, tool_calls: [call], agent },
        { role: 'tool', content: `(${shown})`, tool_call_ids: [id], agent },
      ],
      () => [{ role: 'assistant', content: 'I look.', thought: 'I look.', action: 'x', tool_calls: printed, agent }],
    ],
    at,
  );
}

function otelPlaces({ secret, shown }: Planted, at: number): Message[] {
  const id = `k${at}`;
  return byTurns(
    [
      () => [{ role: 'user', parts: [{ type: 'text', content: `it is ${shown}.` }] }],
      () => [{ role: 'user', parts: halves(secret, 'text', 'content') }],
      () => [
        { role: 'assistant', parts: [{ type: 'tool_call', id, name: 'put', arguments: { [shown]: [shown] } }] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id, response: JSON.stringify({ note: shown }) }] },
      ],
      () => [
        { role: 'assistant', parts: [{ type: 'tool_call', id, name: 'put', arguments: JSON.stringify([shown]) }] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id, result: { note: shown } }] },
      ],
    ],
    at,
  );
}

const toolSpan = ({ shown }: Planted): object =>
  traceOf({
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'put',
    'gen_ai.tool.call.arguments': JSON.stringify({ value: shown }),
    'gen_ai.tool.call.result': { [shown]: shown },
  });

function mappedPlaces({ secret, shown }: Planted, at: number): Message[] {
  const ticket = { id: 'T1' };
  return byTurns(
    [
      () => [{ event: 'said', id: `e${at}`, ticket, who: 'customer', body: `it is ${shown}.` }],
      () => [{ event: 'said', id: shown, ticket, who: 'bot', body: halves(secret, 'text') }],
      () => [
        {
          event: 'said',
          id: `e${at}`,
          ticket,
          who: 'bot',
          body: null,
          actions: [{ ref: at, tool: 'put', with: { [shown]: [shown] } }],
        },
        { event: 'answered', ticket, ref: at, data: { note: shown }, failed: false },
      ],
      () => [{ event: 'answered', ticket, ref: shown, data: shown, failed: shown }],
    ],
    at,
  );
}

export const logs: Readonly<Record<string, (planted: readonly Planted[]) => string>> = {
  openai_chat: (planted) => jsonl([{ messages: messagesWith(planted) }]),
  tau_bench: (planted) => JSON.stringify([{ ...tauRun(1, 0, 1), traj: messagesWith(planted) }]),
  claude_code: (planted) =>
    jsonl(
      planted.map(({ shown }, at) => ({
        ...Object(claudeLines()[2]),
        uuid: `u${at}`,
        message: {
          role: 'user',
          content:
            at % 2
              ? `it is ${shown} there`
              : [{ type: 'tool_result', tool_use_id: `t${at}`, content: [{ type: 'text', text: `${shown} !` }] }],
        },
      })),
    ),
  semantic_acts: (planted) =>
    jsonl(
      planted.map(({ shown }, at) => ({
        act_id: `f1#${at}`,
        forum_id: 'f1',
        intent: `Send ${shown} on`,
        action: 'Send it',
      })),
    ),
  codex: (planted) => jsonl([codexLines('planted')[0], ...planted.flatMap(codexPlaces)]),
  openai_responses: (planted) => jsonl([{ output: planted.flatMap(itemPlaces), input: 'Go on.' }]),
  tau2_bench: (planted) =>
    JSON.stringify({
      ...tau2Results,
      simulations: [{ ...tau2Results.simulations[0], messages: planted.flatMap(tau2Places) }],
    }),
  swe_agent: (planted) => JSON.stringify({ ...toolTrajectory, trajectory: [], history: planted.flatMap(swePlaces) }),
  otel_genai: (planted) =>
    jsonl([
      otlp([traceOf({ 'gen_ai.input.messages': JSON.stringify(planted.flatMap(otelPlaces)) })]),
      otlp(planted.map(toolSpan)),
    ]),
  mapped: (planted) => jsonl(planted.flatMap(mappedPlaces)),
};

/** A mapping, where a format needs one. */
export const mappings: Readonly<Record<string, object>> = { mapped: helpdeskMapping };
