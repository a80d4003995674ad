import type { JsonValue } from '../../json.js';
import type { ToolCall, ToolResult } from '../model.js';
import { contentText, readArguments, resultValue } from './chat.js';
import { idText, objectOf, textOf } from './importer.js';

/** What the content of a message holds. Thinking is left out: it is neither evidence nor ours to pass on. */
export interface Blocks {
  readonly text: string | null;
  readonly calls: ToolCall[];
  readonly result: ToolResult | null;
  /** false for text that the program put into the user's place */
  readonly human: boolean;
  readonly thinking: boolean;
  readonly isEmpty: boolean;
}

/** What stands at the start of text that a user's turn holds but that no person wrote. */
const notHuman =
  /^\s*(?:<(?:command-name|command-message|command-args|local-command-stdout|local-command-stderr|local-command-caveat|bash-input|bash-stdout|bash-stderr|system-reminder|task-notification|user-memory-input)\b|Caveat: The messages below|\[Request interrupted)/;

/** Whether a person may have typed a text. */
export function isTyped(text: string): boolean {
  return text.trim() !== '' && !notHuman.test(text);
}

export function readToolResult(value: JsonValue): ToolResult | null {
  const block = objectOf(value);
  if (block?.['type'] !== 'tool_result') return null;
  const marked = block['is_error'];
  const text = contentText(block['content']);
  return {
    call_id: idText(block['tool_use_id']),
    name: null,
    content: text === null ? (block['content'] ?? null) : resultValue(text),
    is_error: typeof marked === 'boolean' ? marked : null,
  };
}

function readCall(block: Record<string, JsonValue>): ToolCall | null {
  const name = textOf(block['name']);
  return name ? { id: idText(block['id']), name, ...readArguments(block['input']) } : null;
}

/** Reads the content of a message: text, or a list of blocks. @returns the reason where it is neither */
export function readBlocks(content: JsonValue | undefined): Blocks | string {
  if (content === null || content === undefined || typeof content === 'string') {
    const text = content ?? null;
    const human = text !== null && !notHuman.test(text);
    return { text, calls: [], result: null, human, thinking: false, isEmpty: !text };
  }
  if (!Array.isArray(content)) return 'message content is neither text nor a list of blocks';
  const texts: string[] = [];
  const calls: ToolCall[] = [];
  let result: ToolResult | null = null;
  let resultText: string | null = null;
  let thinking = false;
  for (const item of content) {
    const block = objectOf(item);
    if (!block && typeof item !== 'string') return 'a content block is not an object';
    const type = textOf(block?.['type']);
    if (typeof item === 'string') texts.push(item);
    else if (type === 'thinking' || type === 'redacted_thinking') thinking = true;
    else if (type === 'tool_result') {
      result = readToolResult(item);
      resultText = contentText(block?.['content']);
    } else if (type === 'tool_use' || type === 'server_tool_use') {
      const call = block ? readCall(block) : null;
      if (!call) return 'a tool use has no name';
      calls.push(call);
    } else texts.push(contentText([item]) ?? '');
  }
  const text = texts.length > 0 ? texts.join('\n') : resultText;
  const human = texts.some((one) => one !== '' && !notHuman.test(one));
  return { text, calls, result, human, thinking, isEmpty: !text && calls.length === 0 && result === null };
}

/** A system prompt as it is attached: a list of texts, or one. */
export function systemPromptText(value: JsonValue): string | null {
  const text = contentText(value);
  return text === null || text === '' ? null : text;
}
