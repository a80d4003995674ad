import type { JsonValue } from '../../json.js';
import { latentCallSchema, type SemanticAct } from '../model.js';
import {
  emptyContent,
  type ImportEvent,
  type Importer,
  type Item,
  idText,
  listOf,
  noFacts,
  objectOf,
  type RecordContent,
  rejected,
  textOf,
} from './importer.js';

function reference(value: JsonValue | undefined): string | null {
  if (Array.isArray(value)) return value.map((one) => idText(one) ?? '').join(', ');
  return idText(value);
}

function readAct(value: JsonValue): RecordContent | string {
  const act = objectOf(value);
  const actId = idText(act?.['act_id']);
  if (!act || actId === null) return 'act has no act_id';
  const intent = textOf(act['intent']);
  const action = textOf(act['action']);
  if (intent === null && action === null) return 'act has neither intent nor action';
  const listed = act['latent_skill_calls'] ?? act['latent_tool_calls'] ?? [];
  if (!Array.isArray(listed)) return 'latent calls are not a list';
  const calls: SemanticAct['latent_calls'] = [];
  for (const item of listed) {
    const call = latentCallSchema.safeParse(item);
    if (!call.success) return 'a latent call has a field of the wrong type';
    calls.push(call.data);
  }
  return {
    ...emptyContent,
    kind: 'act',
    text: [intent, action].filter((part) => part).join(': '),
    act: {
      act_id: actId,
      intent: intent ?? '',
      action: action ?? '',
      role: textOf(act['role']),
      grounding_ref: reference(act['grounding_ref']),
      source_seg_ids: listOf(act['source_seg_ids']).flatMap((one) => idText(one) ?? []),
      latent_calls: calls,
    },
  };
}

function isAct(value: JsonValue): boolean {
  const act = objectOf(value);
  return act !== undefined && 'act_id' in act && ('intent' in act || 'action' in act);
}

async function* read(items: AsyncIterable<Item>): AsyncGenerator<ImportEvent> {
  for await (const item of items) {
    if ('rejected' in item) {
      yield item.rejected;
      continue;
    }
    const act = objectOf(item.span.value);
    const actId = idText(act?.['act_id']);
    if (!act || actId === null) {
      yield rejected(item.span, 'act has no act_id');
      continue;
    }
    const thread = idText(act['forum_id']) ?? actId.split('#')[0] ?? actId;
    yield {
      event: 'run',
      key: { by: 'native', id: thread },
      facts: { ...noFacts, native_id: thread, session_id: thread },
      drafts: [{ span: item.span, nativeId: actId, read: readAct }],
    };
  }
}

/** Semantic acts that someone else mined: one act a line or a document of them; the acts of one thread are a run. */
export const semanticActs: Importer = { format: 'semantic_acts', version: 1, recognizes: isAct, read };
