import type { JsonObject } from '../../json.js';
import { readBlocks } from './claude-blocks.js';
import { isPersons, lineType } from './claude-lines.js';
import { type Item, idText, objectOf } from './importer.js';
import { type LineKind, LineTree } from './line-tree.js';

/** What a first look at a whole session tells of its lines, by their ids. */
export interface Branches {
  /** Whether a person went back to before this line and took another way. */
  isAbandoned(id: string): boolean;
  /** The id of the line that starts the sidechain which this line of it stands in. */
  sidechainOf(id: string): string;
}

function kindOf(line: JsonObject): LineKind {
  const type = lineType(line);
  if (type === 'assistant') return 'answer';
  if (line['subtype'] === 'compact_boundary') return 'compaction';
  if (type !== 'user') return 'other';
  const blocks = readBlocks(objectOf(line['message'])?.['content']);
  return typeof blocks !== 'string' && isPersons(line, blocks) ? 'request' : 'message';
}

/** Reads a session once to see where a person went back, and which lines of sidechains belong together. */
export async function surveyBranches(items: AsyncIterable<Item>): Promise<Branches> {
  const tree = new LineTree();
  const starts = new Map<number, string>();
  for await (const item of items) {
    const line = 'span' in item ? objectOf(item.span.value) : undefined;
    const id = idText(line?.['uuid']);
    if (!line || id === null) continue;
    const sidechain = line['isSidechain'] === true;
    tree.add({
      id,
      // What follows a compaction has no parent, but a line that it logically follows.
      parent: idText(line['parentUuid']) ?? idText(line['logicalParentUuid']),
      kind: kindOf(line),
      message: idText(objectOf(line['message'])?.['id']),
      sidechain,
    });
    if (!sidechain || line['agentId'] !== undefined) continue;
    const place = tree.placeOf(id);
    if (place !== undefined && tree.rootOf(place) === place && !starts.has(place)) starts.set(place, id);
  }
  const abandoned = tree.abandoned();
  return {
    isAbandoned(id) {
      const place = tree.placeOf(id);
      return place !== undefined && abandoned[place] === 1;
    },
    sidechainOf(id) {
      const place = tree.placeOf(id);
      return (place === undefined ? undefined : starts.get(tree.rootOf(place))) ?? id;
    },
  };
}
