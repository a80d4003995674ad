/** An event of a Server-Sent Events stream. */
export interface StreamEvent {
  readonly data: string;
  readonly id: string | undefined;
  readonly type: string;
}

/** Reads a stream of Server-Sent Events, piece by piece. */
export class EventReader {
  #rest = '';
  #data: string[] = [];
  #id: string | undefined;
  #type = '';
  /** how long to wait before asking again, in milliseconds, where the server has said so */
  retryMs: number | undefined;
  readonly #decoder = new TextDecoder();

  push(chunk: Uint8Array): StreamEvent[] {
    this.#rest += this.#decoder.decode(chunk, { stream: true });
    const events: StreamEvent[] = [];
    // A carriage return at the end may be the first half of a line's end.
    for (let end = /\r\n|\n|\r(?!$)/.exec(this.#rest); end; end = /\r\n|\n|\r(?!$)/.exec(this.#rest)) {
      const line = this.#rest.slice(0, end.index);
      this.#rest = this.#rest.slice(end.index + end[0].length);
      const event = this.#line(line);
      if (event) events.push(event);
    }
    return events;
  }

  #line(line: string): StreamEvent | undefined {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    else if (field === 'event') this.#type = value;
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) this.retryMs = Number(value);
    return undefined;
  }

  #dispatch(): StreamEvent | undefined {
    const event = { data: this.#data.join('\n'), id: this.#id, type: this.#type === '' ? 'message' : this.#type };
    const isEmpty = this.#data.length === 0;
    this.#data = [];
    this.#type = '';
    return isEmpty && event.id === undefined ? undefined : event;
  }
}
