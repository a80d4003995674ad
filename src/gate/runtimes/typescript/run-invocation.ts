import * as z from 'zod';
import { FoundryError } from '../../../errors.js';
import { type JsonValue, tryParseJson } from '../../../json.js';
import { FetchError } from '../../../net/model.js';
import { failureReasons } from '../../model.js';
import { plainJson } from '../plain-json.js';
import type { Invocation, InvokeOutcome } from '../runtime.js';
import { contextGlue } from './context-glue.js';
import type { DenoProcess, Reply } from './deno-process.js';

/** Text of which the start is enough. */
function atMost(chars: number) {
  return z.string().transform((text) => (text.length > chars ? `${text.slice(0, chars)}...` : text));
}

const maxMessageChars = 500;
const maxLogChars = 8_000;
const maxNameChars = 200;

/** What the child says after each step. It comes from the candidate's realm, so it is parsed and never trusted. */
const stateSchema = z.object({
  done: z
    .union([
      z.object({ ok: z.literal(true), input_changed: z.boolean(), sees_place: z.boolean(), value: plainJson }),
      z.object({ ok: z.literal(false), reason: z.enum(failureReasons), message: atMost(maxMessageChars) }),
    ])
    .nullable(),
  calls: z.array(z.object({ call: z.int(), name: atMost(maxNameChars), args: plainJson })),
  logs: atMost(maxLogChars),
});
type State = z.infer<typeof stateSchema>;

const maxCalls = 1_000;
/** Calls after which code that does not heed refusals is ended. */
const maxRefused = 1_000;
const maxAnswerChars = 4_000_000;
/** The child stops the code itself; the host's own timer is for the child that cannot. */
const graceMs = 1_500;

interface Answer {
  readonly call: number;
  readonly ok: boolean;
  readonly text: string;
}

function refusal(call: number, code: string, message: string): Answer {
  return { call, ok: false, text: JSON.stringify({ code, message }) };
}

async function answerOf(call: number, work: () => Promise<JsonValue>): Promise<Answer> {
  try {
    const text = JSON.stringify(await work()) ?? 'null';
    if (text.length > maxAnswerChars) return refusal(call, 'limit', 'The answer is too large to hand in.');
    return { call, ok: true, text };
  } catch (error) {
    if (error instanceof FoundryError || error instanceof FetchError) return refusal(call, error.code, error.message);
    return refusal(call, 'upstream', 'The call failed.');
  }
}

/** Answers in the order in which they come, one at a time. */
class AnswerQueue {
  private readonly ready: Answer[] = [];
  private wake: (() => void) | undefined;
  private stopped = false;
  open = 0;

  expect(answer: Promise<Answer>): void {
    this.open += 1;
    void answer.then((settled) => {
      this.ready.push(settled);
      this.wake?.();
    });
  }

  /** The next answer, or undefined once the queue was stopped. */
  async next(): Promise<Answer | undefined> {
    while (this.ready.length === 0 && !this.stopped) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.open -= 1;
    return this.stopped ? undefined : this.ready.shift();
  }

  stop(): void {
    this.stopped = true;
    this.wake?.();
  }
}

function parseState(reply: Reply): State | { readonly failure: Extract<Reply, { ok: false }> } {
  if (!reply.ok) return { failure: reply };
  const state = stateSchema.safeParse(tryParseJson(reply.text));
  if (state.success) return state.data;
  return { failure: { ok: false, reason: 'protocol', message: 'the process answered something else than a state' } };
}

function ambientOf(invocation: Invocation): { ambientNow: number; ambientSeed: number } {
  const ambient = invocation.ambient ?? invocation;
  return { ambientNow: Date.parse(ambient.now), ambientSeed: ambient.seed };
}

/**
 * Runs one invocation in a process: start, then an answer at a time until the code has settled. `timeoutMs` bounds the
 * code's own work; time spent waiting for `onCall` is `onCall`'s to bound.
 * @throws FoundryError cancelled
 */
export async function runInvocation(
  process: DenoProcess,
  program: string,
  {
    invocation,
    signal,
    glue = contextGlue,
  }: { readonly invocation: Invocation; readonly signal: AbortSignal; readonly glue?: string },
): Promise<InvokeOutcome> {
  const started = performance.now();
  const over = new AbortController();
  const queue = new AnswerQueue();
  const onAbort = (): void => {
    over.abort();
    queue.stop();
    process.kill();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const wallMs = invocation.timeoutMs + graceMs;
  let calls = 0;
  let logs = '';
  process.served += 1;
  const held = process.held;
  process.held = { glue, program };
  const fail = (reason: Extract<Reply, { ok: false }>['reason'], message: string): InvokeOutcome => ({
    ok: false,
    reason,
    message,
    durationMs: performance.now() - started,
    logs,
  });
  try {
    let reply = await process.request(
      {
        op: 'run',
        key: process.secret,
        // What the child has read already is not sent again.
        glue: held.glue === glue ? null : glue,
        program: held.program === program ? null : program,
        input: JSON.stringify(invocation.input),
        context: JSON.stringify(invocation.context ?? null),
        now: invocation.now,
        seed: invocation.seed,
        dependencies: invocation.dependencies ?? [],
        ...ambientOf(invocation),
        timeoutMs: invocation.timeoutMs,
      },
      wallMs,
    );
    for (;;) {
      if (signal.aborted) throw cancelled();
      const state = parseState(reply);
      if ('failure' in state) return fail(state.failure.reason, state.failure.message);
      logs = state.logs;
      if (state.done) {
        if (!state.done.ok) return fail(state.done.reason, state.done.message);
        if (state.calls.length > 0) return fail('bad_output', 'a ctx.call was made after execute had returned');
        const { value, input_changed: inputChanged, sees_place: seesPlace } = state.done;
        return { ok: true, value, inputChanged, seesPlace, durationMs: performance.now() - started, logs };
      }
      if (calls + state.calls.length > maxCalls + maxRefused)
        return fail('output_flood', `the code went on calling after ${maxCalls} calls`);
      for (const { call, name, args } of state.calls) {
        calls += 1;
        const allowed = calls <= maxCalls;
        const refuse = refusal(call, 'limit', `The code made more than ${maxCalls} calls.`);
        queue.expect(
          allowed ? answerOf(call, () => invocation.onCall({ name, args }, over.signal)) : Promise.resolve(refuse),
        );
      }
      if (queue.open === 0)
        return fail('never_settles', 'the promise of execute can never settle: it waits for nothing');
      const answer = await queue.next();
      if (answer === undefined) throw cancelled();
      reply = await process.request({ op: 'answer', ...answer }, wallMs);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    over.abort();
  }
}

function cancelled(): FoundryError {
  return new FoundryError('cancelled', 'The work was cancelled.', 'Start it again; what was finished is kept.');
}
