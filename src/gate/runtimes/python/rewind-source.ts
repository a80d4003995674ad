/**
 * JavaScript of the child that puts its interpreter back to what it was before any candidate ran in it: the whole memory
 * of Python, and the files that the loader keeps on this side. What runs after that finds nothing of what ran before.
 */
export const rewindSource = String.raw`
const nothing = { program: 'def execute(input, ctx):\n    return 0\n', input: '{}', context: 'null', now: '', seed: 0, ambientSeed: 0 };
const { FS } = python._module;
const memoryNow = () => python._module.HEAPU8;
const nodesBelow = (node, into) => {
  into.push(node);
  if (FS.isDir(node.mode)) for (const name of Object.keys(node.contents ?? {})) nodesBelow(node.contents[name], into);
  return into;
};
// What the interpreter was started from is not needed again, and its pages are there already: new ones cost more than the copy.
const memoryCopy = () => {
  const memory = memoryNow();
  const room = snapshot?.length >= memory.length ? snapshot.subarray(0, memory.length) : new Bytes(memory.length);
  room.set(memory);
  return room;
};
const copyOf = (contents) => (contents instanceof Bytes ? contents.slice() : contents && { ...contents });
let kept;
// How many passes through loops each run may make from now on; 0 where they are not counted.
let passes = 0;
const keep = () => {
  // Once round: what the harness itself makes when it is first used belongs to the beginning.
  runIn(stringify({ ...nothing, passes }), () => '1null');
  return {
    memory: memoryCopy(),
    nodes: nodesBelow(FS.root, []).map((node) => [node, { ...node }, copyOf(node.contents)]),
    names: [...FS.nameTable],
    streams: FS.streams.map((stream) => stream && [stream, { ...stream }, { ...stream.shared }]),
    nextInode: FS.nextInode,
    currentPath: FS.currentPath,
  };
};
const rewind = (allowed) => {
  passes = allowed;
  if (kept === undefined) {
    kept = keep();
    return 'rewound';
  }
  const memory = memoryNow();
  memory.set(kept.memory);
  memory.fill(0, kept.memory.length);
  for (const [node, fields, contents] of kept.nodes) {
    Object.assign(node, fields);
    if (contents) node.contents = copyOf(contents);
  }
  for (const [at, node] of kept.names.entries()) FS.nameTable[at] = node;
  FS.streams.length = 0;
  for (const [at, held] of kept.streams.entries()) {
    if (!held) continue;
    const [stream, fields, shared] = held;
    FS.streams[at] = Object.assign(stream, fields);
    Object.assign(stream.shared, shared);
  }
  FS.nextInode = kept.nextInode;
  FS.currentPath = kept.currentPath;
  // A process that once grew holds on to its memory: the next one gets a new one.
  return memory.length > kept.memory.length * 2 ? 'grown' : 'rewound';
};
`;
