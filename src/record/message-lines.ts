const lf = 0x0a;

/** Splits a stream of bytes into lines for somebody who only looks on. A line longer than `limit` is not kept: `tooLong` is told. */
export class MessageLines {
  #pieces: Buffer[] = [];
  #size = 0;

  constructor(
    readonly limit: number,
    readonly take: (line: Buffer) => void,
    readonly tooLong: () => void,
  ) {}

  push(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(lf); at !== -1; at = chunk.indexOf(lf, from)) {
      this.#keep(chunk.subarray(from, at));
      this.end();
      from = at + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  /** What came after the last line feed is a line too. */
  end(): void {
    const [pieces, size] = [this.#pieces, this.#size];
    this.#pieces = [];
    this.#size = 0;
    if (size > this.limit) this.tooLong();
    else if (size > 0) this.take(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces));
  }

  #keep(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#size > this.limit) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }
}
