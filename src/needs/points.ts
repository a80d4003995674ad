/** Vectors in one array, row by row. */
export interface Points {
  readonly rows: Float32Array;
  readonly count: number;
  readonly dimensions: number;
}

export function pointsOf(vectors: readonly Float32Array[]): Points {
  const dimensions = vectors[0]?.length ?? 0;
  const rows = new Float32Array(vectors.length * dimensions);
  vectors.forEach((vector, index) => {
    rows.set(vector, index * dimensions);
  });
  return { rows, count: vectors.length, dimensions };
}

/** Inner product of a row of one array and a row of another; four sums at once keep the processor busy. */
export function dot(a: Float32Array, aFrom: number, b: Float32Array, bFrom: number, dimensions: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < dimensions; i += 4) {
    s0 += (a[aFrom + i] ?? 0) * (b[bFrom + i] ?? 0);
    s1 += (a[aFrom + i + 1] ?? 0) * (b[bFrom + i + 1] ?? 0);
    s2 += (a[aFrom + i + 2] ?? 0) * (b[bFrom + i + 2] ?? 0);
    s3 += (a[aFrom + i + 3] ?? 0) * (b[bFrom + i + 3] ?? 0);
  }
  for (; i < dimensions; i += 1) s0 += (a[aFrom + i] ?? 0) * (b[bFrom + i] ?? 0);
  return s0 + s1 + s2 + s3;
}

/** Brings each row to length 1; a row of zeros stays what it is. */
export function normalizeRows({ rows, count, dimensions }: Points): void {
  for (let row = 0; row < count; row += 1) {
    const from = row * dimensions;
    const length = Math.sqrt(dot(rows, from, rows, from, dimensions));
    if (length === 0) continue;
    for (let i = from; i < from + dimensions; i += 1) rows[i] = (rows[i] ?? 0) / length;
  }
}
