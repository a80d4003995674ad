import { type Draft, noFacts, type RunDraft } from './importer.js';

/** A conversation while more of it may come. */
export interface Conversation {
  readonly native: string | null;
  readonly task_id: string | null;
  readonly trial: string | null;
  readonly drafts: readonly Draft[];
}

const maxOpen = 64;
const maxOpenBytes = 16 * 1024 * 1024;

function runOf({ native, task_id, trial, drafts }: Conversation): RunDraft {
  return {
    event: 'run',
    key: { by: 'content', seed: { native, task_id, trial }, grows: true },
    facts: { ...noFacts, native_id: native, session_id: native, task_id, trial },
    drafts,
  };
}

function sizeOf(conversation: Conversation): number {
  return conversation.drafts.reduce((sum, draft) => sum + draft.span.length, 0);
}

/** A draft whose bytes are its own: a part of a bigger buffer would keep all of that buffer in memory. */
function detached(draft: Draft): Draft {
  const { bytes } = draft.span;
  return bytes.byteLength === bytes.buffer.byteLength
    ? draft
    : { ...draft, span: { ...draft.span, bytes: new Uint8Array(bytes) } };
}

/**
 * Conversations of which a later request holds only what is new and a link to what came before. Those that went longest
 * without an addition are handed on first, so that a long log needs no more memory than a short one.
 */
export class OpenConversations {
  readonly #open = new Map<string, Conversation>();
  #bytes = 0;

  /** The conversation that a link leads to; it is the caller's from here on. */
  take(link: string): Conversation | undefined {
    const found = this.#open.get(link);
    if (found) this.#bytes -= sizeOf(found);
    this.#open.delete(link);
    return found;
  }

  /** Keeps a conversation under the link by which its next part names it, or hands it on at once where there is none. */
  *put(link: string | null, conversation: Conversation): Generator<RunDraft> {
    if (link === null) {
      yield runOf(conversation);
      return;
    }
    const same = this.take(link);
    if (same) yield runOf(same);
    this.#open.set(link, { ...conversation, drafts: conversation.drafts.map(detached) });
    this.#bytes += sizeOf(conversation);
    for (const [oldest] of this.#open) {
      if (this.#open.size <= maxOpen && this.#bytes <= maxOpenBytes) break;
      const done = this.take(oldest);
      if (done) yield runOf(done);
    }
  }

  /** What is left when the file ends. */
  *end(): Generator<RunDraft> {
    for (const conversation of this.#open.values()) yield runOf(conversation);
    this.#open.clear();
    this.#bytes = 0;
  }
}
