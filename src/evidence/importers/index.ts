import type { Format } from '../model.js';
import { claudeCode } from './claude-code.js';
import { codex } from './codex.js';
import type { Importer } from './importer.js';
import { mcpRecording } from './mcp-recording.js';
import { openaiChat } from './openai-chat.js';
import { openaiResponses } from './openai-responses.js';
import { otelGenai } from './otel-genai.js';
import { semanticActs } from './semantic-acts.js';
import { sweAgent } from './swe-agent.js';
import { tauBench } from './tau-bench.js';
import { tau2Bench } from './tau2-bench.js';

/** In the order in which they are asked whether a value is theirs; the most particular first. */
export const importers: readonly Importer[] = [
  tauBench,
  tau2Bench,
  sweAgent,
  otelGenai,
  mcpRecording,
  semanticActs,
  claudeCode,
  codex,
  openaiResponses,
  openaiChat,
];

export function importerOf(format: Format): Importer | undefined {
  return importers.find((one) => one.format === format);
}
