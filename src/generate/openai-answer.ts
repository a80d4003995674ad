import type { JsonObject } from '../json.js';
import { extractCodeBlock, extractJsonObject } from '../models/chat/extract-json.js';
import type { ChatAnswer } from '../models/model.js';

export type ReadAnswer<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'refusal' }
  | { readonly kind: 'unreadable'; readonly message: string };

const refusalWords =
  /^\W*(i['’]?m (very )?sorry|sorry\b|i (can['’]?t|cannot|can not|won['’]?t|am unable|am not able)|as an ai\b)/i;

function unreadable(text: string, wanted: string): ReadAnswer<never> {
  if (text.trim() === '') return { kind: 'unreadable', message: `The answer was empty; answer with ${wanted}.` };
  const cut = text.includes('{') ? 'It looks cut off or broken; keep it shorter. ' : '';
  return {
    kind: 'unreadable',
    message: `The answer held no whole JSON object. ${cut}Answer with ${wanted} and nothing else.`,
  };
}

/** Reads a model's answer as a JSON object, whatever prose stands around it. */
export function readObject(answer: ChatAnswer): ReadAnswer<JsonObject> {
  if (answer.refusal) return { kind: 'refusal' };
  const value = extractJsonObject(answer.text);
  if (value) return { kind: 'value', value };
  return refusalWords.test(answer.text) ? { kind: 'refusal' } : unreadable(answer.text, 'one JSON object');
}

/** Reads code: `{"code": ...}`, else the first fenced block, else the text itself where it is a module. */
export function readCode(answer: ChatAnswer): ReadAnswer<string> {
  if (answer.refusal) return { kind: 'refusal' };
  const code = extractJsonObject(answer.text)?.['code'];
  const block = extractCodeBlock(typeof code === 'string' ? code : answer.text);
  if (block?.code.includes('execute')) return { kind: 'value', value: block.code };
  if (typeof code === 'string' && code.trim() !== '') return { kind: 'value', value: code };
  if (/^\s*(export|import|const|function|\/[/*])/.test(answer.text) && answer.text.includes('execute'))
    return { kind: 'value', value: answer.text };
  return refusalWords.test(answer.text) ? { kind: 'refusal' } : unreadable(answer.text, '{"code": "..."}');
}
