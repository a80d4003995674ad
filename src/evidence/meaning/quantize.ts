const largest = 127;

/** A vector in a byte a component; empty where it is zero. Its length is lost, its direction hardly changed. */
export function quantized(vector: Float32Array): Int8Array {
  let most = 0;
  for (const value of vector) most = Math.max(most, Math.abs(value));
  if (most === 0) return new Int8Array(0);
  const bytes = new Int8Array(vector.length);
  for (let i = 0; i < vector.length; i += 1) bytes[i] = Math.round(((vector[i] ?? 0) / most) * largest);
  return bytes;
}

/** The cosine of a vector of unit length and a quantized one. */
export function cosine(unit: Float32Array, other: Int8Array): number {
  let dot = 0;
  let squares = 0;
  for (let i = 0; i < other.length; i += 1) {
    const value = other[i] ?? 0;
    dot += (unit[i] ?? 0) * value;
    squares += value * value;
  }
  return squares === 0 ? 0 : dot / Math.sqrt(squares);
}
