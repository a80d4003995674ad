import type { CallToolResult } from '@modelcontextprotocol/client';
import { FoundryError } from '../errors.js';
import { type JsonValue, tryParseJson } from '../json.js';

const maxQuoted = 200;

/** Text from outside, for one line of ours: no control characters, and short. */
export function quoteOutside(text: string, limit = maxQuoted): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ').trim();
  return plain.length > limit ? `${plain.slice(0, limit)}...` : plain;
}

function textOf(content: CallToolResult['content']): string {
  const parts: string[] = [];
  for (const block of content) {
    if (block.type === 'text') parts.push(block.text);
    else if (block.type === 'resource' && 'text' in block.resource) parts.push(block.resource.text);
    else if (block.type === 'resource_link') parts.push(block.uri);
  }
  return parts.join('\n');
}

/**
 * The structured result, else the text parsed as JSON where it is JSON, else the text.
 * @throws FoundryError upstream where the tool reports an error, limit where the result is larger than `maxBytes`
 */
export function readToolResult(tool: string, result: CallToolResult, maxBytes: number): JsonValue {
  const text = textOf(result.content);
  if (result.isError) {
    throw new FoundryError(
      'upstream',
      `The tool ${tool} answered with an error: "${quoteOutside(text) || 'no text'}".`,
      'Correct the arguments; the server that offers the tool decides what it takes.',
    );
  }
  const structured = result.structuredContent as JsonValue | undefined;
  const bytes = Buffer.byteLength(structured === undefined ? text : JSON.stringify(structured));
  if (bytes > maxBytes) {
    throw new FoundryError(
      'limit',
      `The tool ${tool} answered with ${bytes} bytes; at most ${maxBytes} are taken.`,
      'Ask the tool for less at a time.',
    );
  }
  if (structured !== undefined) return structured;
  const parsed = tryParseJson(text);
  return parsed === undefined ? text : parsed;
}
