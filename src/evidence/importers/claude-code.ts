import type { JsonObject, JsonValue } from '../../json.js';
import { memberSpan } from '../read/children.js';
import type { ValueSpan } from '../read/spans.js';
import { readBlocks, systemPromptText } from './claude-blocks.js';
import { type Branches, surveyBranches } from './claude-branches.js';
import { envelope, isPersons, lineType, messageDrafts, queuedText, readQueued } from './claude-lines.js';
import { ClaudeRuns } from './claude-runs.js';
import {
  type Draft,
  emptyContent,
  type ImportEvent,
  type Importer,
  type Item,
  idText,
  ignored,
  listOf,
  objectOf,
  type RecordContent,
  rejected,
  textOf,
} from './importer.js';

const maxHeld = 200;
const maxCounted = 1_000;

/** What is remembered from line to line of one file. */
class SessionReader {
  readonly #runs = new ClaudeRuns();
  /** message ids whose usage was taken already: one message is logged on several lines, each with the same usage */
  readonly #counted = new Set<string>();
  /** Results that were logged between the lines of one message; they come after all of it. */
  #held: ImportEvent[] = [];
  #message: string | null = null;

  constructor(readonly branches: Branches) {}

  *line(span: ValueSpan): Generator<ImportEvent> {
    const line = objectOf(span.value);
    const type = lineType(line);
    if (!line || type === null) {
      yield rejected(span, 'line has no type');
      return;
    }
    this.#runs.session(idText(line['sessionId']), span.value);
    if (type === 'user' || type === 'assistant') yield* this.#messageLine(span, line);
    else if (type === 'attachment') yield* this.#attachment(span, line);
    else yield ignored(span, kindOf(type, line));
  }

  *end(): Generator<ImportEvent> {
    yield* this.#held;
    this.#held = [];
  }

  *#messageLine(span: ValueSpan, line: JsonObject): Generator<ImportEvent> {
    const message = objectOf(line['message']);
    const blocks = message ? readBlocks(message['content']) : 'line has no message';
    if (!message || typeof blocks === 'string') {
      yield rejected(span, typeof blocks === 'string' ? blocks : 'line has no message');
      return;
    }
    const id = idText(message['id']);
    const isAnswer = lineType(line) === 'assistant';
    const goesOn = id !== null && id === this.#message && isAnswer;
    const isResult = blocks.result !== null;
    if (!goesOn && !(isResult && this.#held.length < maxHeld)) yield* this.end();
    if (isAnswer) this.#message = id;
    if (blocks.isEmpty) {
      yield ignored(span, blocks.thinking ? 'thinking' : 'empty_message');
      return;
    }
    if (!isAnswer) this.#runs.userLine(line, isPersons(line, blocks) ? (blocks.text ?? '') : null);
    else this.#runs.assistantLine(line, blocks.calls);
    const native = idText(line['uuid']);
    const drafts = messageDrafts(span, line, { native, withUsage: this.#countsUsage(id) });
    const events = [this.#run(line, drafts), ...(isResult ? this.#runs.links(line) : [])];
    if (isResult && this.#message !== null) this.#held.push(...events);
    else yield* events;
  }

  #countsUsage(messageId: string | null): boolean {
    if (messageId === null) return true;
    if (this.#counted.has(messageId)) return false;
    this.#counted.add(messageId);
    for (const oldest of this.#counted) {
      if (this.#counted.size <= maxCounted) break;
      this.#counted.delete(oldest);
    }
    return true;
  }

  #run(line: JsonObject, drafts: readonly Draft[]): ImportEvent {
    const id = idText(line['uuid']);
    const sidechain = id !== null && line['isSidechain'] === true ? this.branches.sidechainOf(id) : null;
    // A copy in another session does not know what became of the lines where they were written.
    const marked =
      id === null || line['forkedFrom'] !== undefined
        ? drafts
        : drafts.map((draft) => ({ ...draft, isAbandoned: this.branches.isAbandoned(id) }));
    return { event: 'run', ...this.#runs.runOf(line, sidechain), drafts: marked };
  }

  /** Tools, the system prompt, and what was said meanwhile, that newer versions attach to the conversation. */
  *#attachment(span: ValueSpan, line: JsonObject): Generator<ImportEvent> {
    const attachment = objectOf(line['attachment']);
    const tools = listOf(attachment?.['tools']);
    if (tools.length > 0) yield { event: 'tools', tools };
    const native = idText(line['uuid']);
    if (queuedText(line) !== null) {
      yield* this.end();
      yield this.#run(line, [{ span, nativeId: native, read: readQueued }]);
      return;
    }
    const holder = memberSpan(span, 'attachment');
    const prompt = holder ? memberSpan(holder, 'systemPrompt') : undefined;
    if (!prompt || systemPromptText(prompt.value) === null) {
      yield ignored(span, 'attachment');
      return;
    }
    const around = envelope(line);
    const read = (value: JsonValue): RecordContent | string => {
      const text = systemPromptText(value);
      return text === null ? 'system prompt is no text' : { ...emptyContent, ...around, role: 'system', text };
    };
    yield* this.end();
    yield this.#run(line, [{ span: prompt, nativeId: native === null ? null : `${native}#system`, read }]);
  }
}

/** Types of lines that carry nothing for us, by the names that the program gives them. */
const known: ReadonlySet<string> = new Set(
  (
    'system summary file-history-snapshot file-history-delta queue-operation progress custom-title ai-title agent-name ' +
    'agent-color agent-setting last-prompt mode permission-mode pr-link tag worktree-state cost-state ' +
    'content-replacement attribution-snapshot speculation-accept'
  ).split(' '),
);

/** A compaction is counted by its own name, for what was said before it is not lost. */
function kindOf(type: string, line: JsonObject): string {
  if (type === 'system' && line['subtype'] === 'compact_boundary') return 'compaction';
  return known.has(type) ? type : 'unknown_type';
}

async function* read(items: AsyncIterable<Item>, again: () => AsyncIterable<Item>): AsyncGenerator<ImportEvent> {
  const reader = new SessionReader(await surveyBranches(again()));
  for await (const item of items) {
    if ('rejected' in item) yield item.rejected;
    else yield* reader.line(item.span);
  }
  yield* reader.end();
}

function recognizes(value: JsonValue): boolean {
  const line = objectOf(value);
  const type = textOf(line?.['type']);
  if (!line) return false;
  if (type === null) return 'sessionId' in line && lineType(line) !== null;
  if ('sessionId' in line && ('uuid' in line || 'message' in line || known.has(type))) return true;
  if ((type === 'user' || type === 'assistant') && 'uuid' in line) return objectOf(line['message']) !== undefined;
  return ('leafUuid' in line || 'messageId' in line) && known.has(type);
}

/** Sessions of Claude Code: a line an event; messages become records, everything else is counted by its type. */
export const claudeCode: Importer = { format: 'claude_code', version: 2, recognizes, read };
