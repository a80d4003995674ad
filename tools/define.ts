import { randomUUID } from 'node:crypto';
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpServer,
  type RequestStateCodec,
  type ServerContext,
  type ToolAnnotations,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import type { Via } from '../src/context.js';
import { errorText, FoundryError, toFoundryError } from '../src/errors.js';
import { jobFields, waitMs } from '../src/evidence/contract.js';
import { isDeeperThan, maxDepth } from '../src/evidence/read/parse.js';
import { hashOf } from '../src/hash.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../src/json.js';
import type { Confirm } from '../src/library/service.js';
import type { Services } from '../src/services.js';
import { escapeUnseen } from '../src/visible.js';
import { createProgress } from './progress.js';
import { capData, capText, maxChars, visibleDeep, wellFormedDeep } from './shape.js';
import { lean } from './wire-schema.js';

export interface Hints {
  readonly readOnly: boolean;
  readonly destructive: boolean;
  readonly idempotent: boolean;
  readonly openWorld: boolean;
}

export interface Answer<T> {
  readonly data: T;
  /** Says everything a model needs: some hosts show it nothing else. */
  readonly text: string;
}

/** What a tool may touch. The SDK's context stays in this file. */
export interface ToolContext {
  readonly services: Services;
  readonly signal: AbortSignal;
  /** `elicited` once the person has said yes to this very call, with these very arguments. */
  readonly via: Via;
  progress(done: number, total: number | undefined, message: string): void;
  readonly confirm: Confirm;
}

export interface Tool<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: I;
  readonly output: O;
  readonly hints: Hints;
  run(args: z.infer<I>, context: ToolContext): Promise<Answer<z.infer<O>>>;
}

/** A tool whose types are forgotten, so that unlike tools stand in one list. */
export type AnyTool = Omit<Tool, 'run'> & { run(args: never, context: ToolContext): Promise<Answer<unknown>> };

/** A strict object that names the arguments a tool does take when it is given another. */
function helpful<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown argument ${issue.keys.join(', ')}; this tool takes ${Object.keys(shape).join(', ')}`
        : undefined,
  });
}

export function defineTool<I extends z.ZodRawShape, O extends z.ZodRawShape>(
  tool: Omit<Tool<z.ZodObject<I>, z.ZodObject<O>>, 'input'> & { readonly input: z.ZodObject<I> },
) {
  return { ...tool, input: helpful(tool.input.shape) };
}

export interface LongDefinition<I extends z.ZodRawShape, O extends z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodObject<I>;
  readonly output: z.ZodObject<O>;
  readonly hints: Hints;
  /** Parts of the output whose inner shape the tool list leaves out, because they explain themselves when they come. */
  readonly brief?: Readonly<Record<string, z.ZodType>>;
  /** Asks the person what has to be asked before the work starts. @returns whose word the work rests on */
  before?(args: Record<string, unknown>, context: ToolContext): Promise<Via>;
  /** The finished work as text; `result` is the operation's whole output. */
  render(result: z.infer<z.ZodObject<O>>): string;
}

/** Hosts cut calls at 45 seconds and more; this leaves room for the answer. */
export const defaultWaitMs = 40_000;

/** A tool whose work is a job: the input gains `wait_ms`; of the output only `job_id` and `job_state` are certain. */
export function longTool<I extends z.ZodRawShape, O extends z.ZodRawShape>(definition: LongDefinition<I, O>) {
  const { name, title, description, hints } = definition;
  const renderJson = (result: JsonObject): string => definition.render(definition.output.parse(result));
  return {
    name,
    title,
    description,
    hints,
    input: helpful({ ...definition.input.shape, wait_ms: waitMs }),
    output: definition.output.partial().extend({ ...definition.brief, ...jobFields }),
    /** For foundry_status, which hands out results of every kind. */
    renderJson,
    async run(args: Record<string, unknown>, context: ToolContext): Promise<Answer<unknown>> {
      const { wait_ms, ...rest } = args;
      const via = (await definition.before?.(rest, context)) ?? 'mcp';
      context.progress(0, undefined, `${title}: started`);
      const answer = await context.services.jobs.run(name, wellFormedObject(rest), {
        via,
        waitMs: typeof wait_ms === 'number' ? wait_ms : defaultWaitMs,
        signal: context.signal,
        onProgress: context.progress,
      });
      const { job_id, job_state, result, progress } = answer;
      if (job_state === 'done' && result) {
        return { data: { job_id, job_state, ...result }, text: `${renderJson(result)}\njob_id: ${job_id}` };
      }
      return { data: { job_id, job_state }, text: unfinished(job_id, job_state, progress?.message) };
    },
  };
}
export type LongTool = ReturnType<typeof longTool>;

export function wellFormedObject(value: Record<string, unknown>): JsonObject {
  const object = wellFormedDeep(value);
  return isJsonObject(object) ? object : {};
}

/** What a job that has no result yet tells the caller. */
export function unfinished(jobId: string, state: string, message: string | undefined): string {
  if (state === 'cancelled') return `The job ${jobId} was cancelled. The same call starts the work again.`;
  const doing = message ? ` (${message})` : '';
  return `The job ${jobId} is ${state}${doing}. Its result comes from the same call again, or from foundry_status with job_id "${jobId}" and wait_ms.`;
}

/** What seals a question to the call it was asked for. */
export interface AskedFor {
  readonly call: string;
  readonly question: string;
  /** One answer is good for one call. */
  readonly nonce: string;
}

export interface Boundary {
  readonly services: Services;
  readonly states: RequestStateCodec<AskedFor>;
  /** Nonces of answers that were used. */
  readonly spent: Set<string>;
  /** Called before each tool runs. */
  onUse(): void;
}

function annotationsOf(tool: AnyTool): ToolAnnotations {
  const { readOnly, destructive, idempotent, openWorld } = tool.hints;
  return {
    readOnlyHint: readOnly,
    destructiveHint: destructive,
    idempotentHint: idempotent,
    openWorldHint: openWorld,
  };
}

const elicitationCapability = z.object({
  elicitation: z.object({ form: z.unknown().optional(), url: z.unknown().optional() }),
});

/** Asked first, always: a question to a client that cannot answer is an error that the model never sees. */
function canElicit(server: McpServer, ctx: ServerContext): boolean {
  const envelope = new Map<string, unknown>(Object.entries(ctx.mcpReq.envelope ?? {}));
  const found = elicitationCapability.safeParse(
    envelope.get(CLIENT_CAPABILITIES_META_KEY) ?? server.server.getClientCapabilities(),
  );
  // An empty object means forms, as it did before modes were named.
  return found.success && (found.data.elicitation.form !== undefined || found.data.elicitation.url === undefined);
}

/** Thrown through the tool when a person must be asked; the call comes back with the answer. */
class QuestionAsked extends Error {
  override readonly name = 'QuestionAsked';
}

const confirmKey = 'confirm';
const confirmForm = z.object({ confirm: z.boolean().describe('Do it') });

/** The person's answer to this call, sealed to its name and arguments, or undefined where there is none. */
function answerOf(
  ctx: ServerContext,
  call: string,
  spent: Set<string>,
): { question: string; yes: boolean } | undefined {
  const state = ctx.mcpReq.requestState<AskedFor>();
  const response = inputResponse(ctx.mcpReq.inputResponses, confirmKey);
  if (response.kind !== 'elicit' || !state || state.call !== call || spent.has(state.nonce)) return undefined;
  spent.add(state.nonce);
  const form = confirmForm.safeParse(response.content);
  return { question: state.question, yes: response.action === 'accept' && form.success && form.data.confirm };
}

function errorResult(error: FoundryError): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: capText(escapeUnseen(errorText(error))) }] };
}

function tooDeep(): FoundryError {
  return new FoundryError(
    'invalid_input',
    `The arguments are nested deeper than ${maxDepth} levels.`,
    'Flatten them, or pass the deep part as JSON text.',
  );
}

/** One tool call: everything that goes out passes here. */
async function callTool(
  boundary: Boundary,
  server: McpServer,
  tool: AnyTool,
  request: { args: unknown; ctx: ServerContext },
): Promise<CallToolResult | InputRequiredResult> {
  const { services, states } = boundary;
  const { args, ctx } = request;
  const started = services.clock.elapsed();
  if (isDeeperThan(args as JsonValue, maxDepth)) return errorResult(tooDeep());
  const call = hashOf({ tool: tool.name, args: wellFormedDeep(args) });
  const answered = answerOf(ctx, call, boundary.spent);
  const asked: { question?: string } = {};
  const confirm: Confirm = async (question) => {
    if (answered?.question === question) return answered.yes;
    if (!canElicit(server, ctx)) return undefined;
    asked.question = question;
    throw new QuestionAsked(question);
  };
  const context: ToolContext = {
    services,
    signal: ctx.mcpReq.signal,
    via: answered?.yes ? 'elicited' : 'mcp',
    progress: createProgress(ctx.mcpReq._meta?.progressToken, services.clock, (params) =>
      ctx.mcpReq.notify({ method: 'notifications/progress', params }),
    ),
    confirm,
  };
  let outcome = 'ok';
  try {
    boundary.onUse();
    const answer = await tool.run(args as never, context);
    if (asked.question === undefined) return resultOf(tool, answer);
  } catch (error) {
    if (asked.question === undefined) {
      const known = toFoundryError(error, tool.name, (e, where) => services.log.report(e, where));
      outcome = known.code;
      return errorResult(known);
    }
  } finally {
    const duration_ms = Math.round(services.clock.elapsed() - started);
    services.log.debug('tool', { tool: tool.name, outcome, duration_ms });
  }
  const message = escapeUnseen(asked.question);
  return inputRequired({
    inputRequests: { [confirmKey]: inputRequired.elicit({ message, requestedSchema: confirmForm }) },
    requestState: await states.mint({ call, question: asked.question, nonce: randomUUID() }),
  });
}

function resultOf(tool: AnyTool, answer: Answer<unknown>): CallToolResult {
  // parse() drops keys that the schema does not name; clients refuse a result that carries them.
  const whole = visibleDeep(wellFormedDeep(tool.output.parse(answer.data)));
  const capped = isJsonObject(whole) ? capData(whole) : undefined;
  if (!capped) {
    throw new FoundryError(
      'limit',
      `The result is larger than ${maxChars} characters.`,
      'Ask for less: a smaller limit, a narrower filter, or the resource that holds the whole.',
    );
  }
  const note = capped.notes.length > 0 ? `[shortened to ${maxChars} characters: ${capped.notes.join('; ')}]\n` : '';
  return {
    content: [{ type: 'text', text: capText(note + escapeUnseen(answer.text)) }],
    structuredContent: capped.data,
  };
}

export function registerTool(server: McpServer, tool: AnyTool, boundary: Boundary): void {
  server.registerTool(
    tool.name,
    {
      title: tool.title,
      description: tool.description,
      inputSchema: lean(tool.input),
      outputSchema: lean(tool.output),
      annotations: annotationsOf(tool),
    },
    (args: unknown, ctx: ServerContext) => callTool(boundary, server, tool, { args, ctx }),
  );
}
