declare module 'fzstd' {
  /** Decompresses a stream: what is pushed in comes out of the handler. */
  export class Decompress {
    constructor(ondata: (data: Uint8Array, final?: boolean) => unknown);
    push(chunk: Uint8Array, final?: boolean): void;
  }
}
