import type { JsonObject, JsonValue } from '../../json.js';
import type { ToolCall } from '../model.js';
import { readTime } from './chat.js';
import {
  type ImportEvent,
  idText,
  listOf,
  noFacts,
  objectOf,
  type ParentDraft,
  type RunDraft,
  textOf,
} from './importer.js';
import { TaskCuts } from './tasks.js';

/** Where a task of a session starts: the session, and the line by its id. */
interface TaskStart {
  readonly session: string;
  readonly line: string;
}

const clearCommand = /<command-name>\s*\/(?:clear|new|reset)\s*<\/command-name>/;
/** Calls of sub-agents that are remembered, so that a sidechain in the same file finds the one it answers. */
const maxStarted = 50;

/** Tells which run a line of a session belongs to: a task, the history of another session, or a sub-agent. */
export class ClaudeRuns {
  #session: string | null = null;
  /** stands for the session where the file names none */
  #unnamed: JsonValue = null;
  /** the session whose history this file repeats at its beginning */
  #origin: string | null = null;
  #linked = false;
  readonly #cuts = new TaskCuts<TaskStart>();
  readonly #started = new Map<string, { readonly callId: string | null; readonly parent: JsonValue }>();
  readonly #sidechains = new Map<string, ParentDraft>();

  /** Every line names its session, or goes on in that of the line before. */
  session(id: string | null, line: JsonValue): void {
    this.#session = id ?? this.#session;
    this.#unnamed ??= line;
  }

  /** @param said what a person typed; null where the program wrote the line */
  userLine(line: JsonObject, said: string | null): void {
    if (line['isSidechain'] === true) return;
    const origin = idText(objectOf(line['forkedFrom'])?.['sessionId']);
    if (origin !== null) this.#origin = origin;
    const session = origin ?? this.#session;
    const start = { session: session ?? '', line: idText(line['uuid']) ?? '' };
    const content = objectOf(line['message'])?.['content'];
    const cleared = said === null && typeof content === 'string' && clearCommand.test(content);
    // Where lines name the line before them, one that names none begins another conversation.
    if (cleared || (said !== null && this.#linked && line['parentUuid'] === null)) {
      this.#cuts.cut(start);
      this.#linked = false;
    }
    this.#linked ||= typeof line['parentUuid'] === 'string';
    if (said !== null) this.#cuts.request(start, said, readTime(line['timestamp']));
  }

  assistantLine(line: JsonObject, calls: readonly ToolCall[]): void {
    if (line['isSidechain'] !== true) {
      this.#linked ||= typeof line['parentUuid'] === 'string';
      this.#cuts.work(calls.length === 0, readTime(line['timestamp']));
    }
    for (const call of calls) {
      const prompt = textOf(call.arguments?.['prompt']);
      if (prompt === null || (call.name !== 'Task' && call.name !== 'Agent')) continue;
      this.#started.set(prompt, { callId: call.id, parent: this.#taskId(line) });
      for (const oldest of this.#started.keys()) {
        if (this.#started.size <= maxStarted) break;
        this.#started.delete(oldest);
      }
    }
  }

  /** The sub-agent whose work a result sums up, as newer versions name it beside the result. */
  links(line: JsonObject): ImportEvent[] {
    const agent = idText(objectOf(line['toolUseResult'])?.['agentId']);
    const block = listOf(objectOf(line['message'])?.['content']).find((one) => objectOf(one)?.['tool_use_id']);
    if (agent === null || this.#session === null) return [];
    const call_id = idText(objectOf(block)?.['tool_use_id']);
    const id = [this.#sessionOf(line), agent];
    return [{ event: 'link', id, parent: { relation: 'sub_agent', id: this.#taskId(line), call_id } }];
  }

  /** @param sidechain the line that starts the sidechain which this one stands in */
  runOf(line: JsonObject, sidechain: string | null): Omit<RunDraft, 'event' | 'drafts'> {
    const session = this.#session === null ? null : this.#sessionOf(line);
    const agentId = idText(line['agentId']);
    const facts = {
      ...noFacts,
      session_id: session,
      project: textOf(line['cwd']),
      agent: 'claude_code',
      version: idText(line['version']),
    };
    const of = (id: JsonValue, native_id: string | null, parent: ParentDraft | null) => ({
      key: { by: 'native' as const, id },
      facts: { ...facts, native_id },
      ...(parent ? { parent } : {}),
    });
    const whole = session ?? ['unnamed', this.#unnamed];
    if (agentId !== null) {
      const parent = { relation: 'sub_agent' as const, id: whole, call_id: null };
      return of([whole, agentId], session === null ? agentId : `${session}/${agentId}`, parent);
    }
    if (sidechain !== null) {
      const native = session === null ? sidechain : `${session}/${sidechain}`;
      return of(['sidechain', whole, sidechain], native, this.#sidechainParent(line, sidechain));
    }
    const task = this.#taskId(line);
    const native = task === whole ? session : `${session}#${this.#cuts.start?.line}`;
    const isFork = this.#origin !== null && task === whole && session !== this.#origin;
    return of(task, native, isFork ? { relation: 'fork', id: this.#origin, call_id: null } : null);
  }

  /** Lines that were copied from another session count there. */
  #sessionOf(line: JsonObject): string | null {
    return idText(objectOf(line['forkedFrom'])?.['sessionId']) ?? this.#session;
  }

  #taskId(line: JsonObject): JsonValue {
    const session = this.#sessionOf(line);
    const { start } = this.#cuts;
    const whole = session ?? ['unnamed', this.#unnamed];
    return start !== null && start.session === (session ?? '') ? ['task', whole, start.line] : whole;
  }

  #sidechainParent(line: JsonObject, sidechain: string): ParentDraft {
    const known = this.#sidechains.get(sidechain);
    if (known) return known;
    const content = objectOf(line['message'])?.['content'];
    const first = listOf(content).flatMap((block) => textOf(objectOf(block)?.['text']) ?? []);
    const call = this.#started.get(textOf(content) ?? first[0] ?? '');
    const parent: ParentDraft = {
      relation: 'sub_agent',
      id: call?.parent ?? this.#taskId(line),
      call_id: call?.callId ?? null,
    };
    this.#sidechains.set(sidechain, parent);
    return parent;
  }
}
