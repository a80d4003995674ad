type Line = Record<string, unknown>;

let clock = 0;

/** Lines of a session, written one after the other; a minute passes between two of them. */
export class Session {
  readonly lines: Line[] = [];
  #last: string | null = null;

  constructor(
    readonly id: string,
    readonly more: Line = {},
  ) {
    clock = Date.UTC(2026, 4, 6, 7);
  }

  /** Adds a line after the last one, or after `parent`. */
  line(type: string, uuid: string, rest: Line): this {
    clock += 60_000;
    const around = { sessionId: this.id, cwd: '/home/ada/shop', version: '2.1.0', isSidechain: false, ...this.more };
    const timestamp = new Date(clock).toISOString();
    this.lines.push({ type, uuid, parentUuid: this.#last, ...around, timestamp, ...rest });
    this.#last = uuid;
    return this;
  }

  says(uuid: string, content: unknown, rest: Line = {}): this {
    return this.line('user', uuid, { message: { role: 'user', content }, ...rest });
  }

  answers(uuid: string, text: string, rest: Line = {}): this {
    const message = { id: `m-${uuid}`, role: 'assistant', model: 'm-1', content: [{ type: 'text', text }] };
    return this.line('assistant', uuid, { message, ...rest });
  }

  calls(uuid: string, call: { id: string; name: string; input: Line }, rest: Line = {}): this {
    const content = [{ type: 'tool_use', ...call }];
    const message = { id: String(rest['message'] ?? `m-${uuid}`), role: 'assistant', model: 'm-1', content };
    return this.line('assistant', uuid, { ...rest, message });
  }

  result(uuid: string, id: string, content: unknown, rest: Line = {}): this {
    return this.says(uuid, [{ type: 'tool_result', tool_use_id: id, content }], rest);
  }

  /** What comes next goes on from an earlier line. */
  backTo(uuid: string | null): this {
    this.#last = uuid;
    return this;
  }

  pause(hours: number): this {
    clock += hours * 3_600_000;
    return this;
  }
}

/** A request that was taken back after some work, and the one that took its place. */
export function rewound(id = 'r1'): Session {
  return new Session(id)
    .says('u1', 'Add a retry to the client')
    .answers('a1', 'Where shall it go?')
    .says('u2', 'Put it into every caller')
    .calls('a2', { id: 't1', name: 'Edit', input: { file_path: 'caller.ts' } })
    .result('u3', 't1', 'edited')
    .answers('a3', 'All callers retry now.')
    .backTo('a1')
    .says('u4', 'Put it into the client itself')
    .calls('a4', { id: 't2', name: 'Edit', input: { file_path: 'client.ts' } })
    .result('u5', 't2', 'edited')
    .answers('a5', 'The client retries now.');
}

/** Two calls of one message whose lines and results were logged in turns, and a third line that hangs beside the way. */
export function parallel(id = 'p1'): Session {
  return new Session(id)
    .says('u1', 'Compare both files')
    .calls('a1', { id: 't1', name: 'Read', input: { file_path: 'x' } }, { message: 'm1' })
    .result('u2', 't1', 'one')
    .backTo('a1')
    .calls('a2', { id: 't2', name: 'Read', input: { file_path: 'y' } }, { message: 'm1' })
    .result('u3', 't2', 'two')
    .answers('a3', 'They differ.');
}

/** A session with a compaction, a queued message, an attached prompt with tools, and a sub-agent in the same file. */
export function everything(id = 'e1'): Session {
  const session = new Session(id);
  const prompt = 'Look for the flaky test';
  const attachment = { systemPrompt: ['Be brief.'], tools: [{ name: 'Read', schema: { input_schema: {} } }] };
  session
    .line('attachment', 'x0', { attachment })
    .says('u1', 'Find out why the build is red')
    .calls('a1', { id: 't1', name: 'Task', input: { description: 'look', prompt } })
    .backTo(null)
    .says('s1', prompt, { isSidechain: true })
    .calls('s2', { id: 't9', name: 'Grep', input: { pattern: 'flaky' } }, { isSidechain: true })
    .result('s3', 't9', 'retry.test.ts', { isSidechain: true })
    .answers('s4', 'It is retry.test.ts.', { isSidechain: true })
    .backTo('a1')
    .line('attachment', 'q1', { attachment: { type: 'queued_command', prompt: 'Only look at unit tests' } })
    .line('attachment', 'q2', {
      attachment: { type: 'queued_command', prompt: 'A task of yours is done', origin: { kind: 'task-notification' } },
    })
    .says('q3', 'Another agent says hello', { origin: { kind: 'peer' } })
    .result('u2', 't1', 'It is retry.test.ts.')
    .answers('a2', 'The retry test is flaky.')
    .backTo(null)
    .line('system', 'b1', { subtype: 'compact_boundary', content: 'Conversation compacted', logicalParentUuid: 'a2' })
    .says('u3', 'This session is being continued.', { isCompactSummary: true })
    .says('u4', 'Fix it then')
    .answers('a3', 'It is fixed.');
  return session;
}
