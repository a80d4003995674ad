import type { JsonObject } from '../json.js';

/** Turns text into vectors. A failure is an error; no vector is ever made up. */
export interface Embedder {
  /** Model and recipe, with a version: vectors of different names never mix. */
  readonly model: string;
  readonly dimensions: number;
  /** Unit-length vectors in the order of the texts; cached by text hash. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
  /**
   * The embedder for a whole set of `count` texts that are compared with one another and with nothing else: large sets
   * may get a cheaper recipe of another name. Absent where there is one recipe. Closed with this embedder.
   */
  forSet?(count: number): Embedder;
  close?(): Promise<void>;
}

export interface EmbeddingStore {
  get(model: string, dimensions: number, textHashes: readonly string[]): Promise<Map<string, Float32Array>>;
  put(model: string, dimensions: number, vectors: ReadonlyMap<string, Float32Array>): Promise<void>;
  /** The dimensions of the newest vectors that are kept of a model; undefined where there are none. */
  dimensionsOf?(model: string): Promise<number | undefined>;
  /** Nearest by cosine among the texts of one family (`capability`, `cluster`), best first. */
  nearest(family: string, model: string, query: Float32Array, limit: number): Promise<{ key: string; score: number }[]>;
  /** Makes a key of a family findable by the vector of its text. */
  index(family: string, model: string, entries: ReadonlyMap<string, Float32Array>): Promise<void>;
}

export interface ChatRequest {
  readonly stage: string;
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
  readonly schema: { readonly name: string; readonly schema: JsonObject } | null;
  readonly maxTokens: number;
}

export interface ChatAnswer {
  readonly text: string;
  readonly cached: boolean;
  readonly model: string;
  /** true where the model or its filter declined; `text` is what it said instead */
  readonly refusal?: boolean;
}

export interface ChatModel {
  readonly model: string;
  /** @throws FoundryError upstream, timeout, budget_exceeded, cancelled */
  chat(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer>;
}

export interface ModelCall {
  readonly request_hash: string;
  readonly ts: string;
  readonly stage: string;
  readonly model: string;
  readonly duration_sec: number;
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  readonly total_tokens: number | null;
  readonly prompt_chars: number;
  readonly completion_chars: number;
  readonly cost_usd: number | null;
  readonly cached: boolean;
  /** null for a call that failed: nothing is cached then */
  readonly response: string | null;
  readonly error: string | null;
}

export interface ModelCallStore {
  cached(requestHash: string): Promise<ModelCall | undefined>;
  put(call: ModelCall): Promise<void>;
  list(limit: number, since?: string): Promise<ModelCall[]>;
  totals(): Promise<
    {
      stage: string;
      model: string;
      calls: number;
      cached: number;
      failed: number;
      total_tokens: number;
      prompt_chars: number;
      completion_chars: number;
      cost_usd: number;
    }[]
  >;
}
