import { dot, normalizeRows, type Points } from './points.js';
import { sampleIndices, seededRandom } from './random.js';

const sampled = 2_000;
const iterations = 12;

/**
 * What sets the members of a set apart: the rows' shares in the set's principal components, without the first, which is
 * what all have in common (after Arora, Liang and Ma, 2017), at unit length again. Fewer numbers a row make clustering
 * as many times faster. Components come from at most 2,000 rows, by orthogonal iteration.
 */
export function distinguishingParts(points: Points, { keep, seed }: { keep: number; seed: number }): Points {
  const wanted = Math.min(keep + 1, points.dimensions, points.count);
  if (wanted < 2) return points;
  const axes = principalAxes(points, wanted, seed);
  const dimensions = wanted - 1;
  const rows = new Float32Array(points.count * dimensions);
  for (let row = 0; row < points.count; row += 1) {
    for (let axis = 0; axis < dimensions; axis += 1) {
      rows[row * dimensions + axis] = dot(
        points.rows,
        row * points.dimensions,
        axes,
        (axis + 1) * points.dimensions,
        points.dimensions,
      );
    }
  }
  const parts = { rows, count: points.count, dimensions };
  normalizeRows(parts);
  return parts;
}

/** The first axes of the rows' second moments (about zero, not about the mean), largest first, row by row. */
function principalAxes(points: Points, count: number, seed: number): Float32Array {
  const { dimensions } = points;
  const random = seededRandom(seed);
  const moments = secondMoments(points, sampleIndices(points.count, sampled, random));
  let axes = Float32Array.from({ length: count * dimensions }, () => random() - 0.5);
  orthonormalize(axes, count, dimensions);
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    const turned = new Float32Array(axes.length);
    for (let axis = 0; axis < count; axis += 1) {
      for (let i = 0; i < dimensions; i += 1) {
        turned[axis * dimensions + i] = dot(moments, i * dimensions, axes, axis * dimensions, dimensions);
      }
    }
    orthonormalize(turned, count, dimensions);
    axes = turned;
  }
  return axes;
}

function secondMoments({ rows, dimensions }: Points, chosen: readonly number[]): Float32Array {
  const columns = new Float32Array(dimensions * chosen.length);
  chosen.forEach((row, place) => {
    for (let i = 0; i < dimensions; i += 1) columns[i * chosen.length + place] = rows[row * dimensions + i] ?? 0;
  });
  const moments = new Float32Array(dimensions * dimensions);
  for (let i = 0; i < dimensions; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      const value = dot(columns, i * chosen.length, columns, j * chosen.length, chosen.length) / chosen.length;
      moments[i * dimensions + j] = value;
      moments[j * dimensions + i] = value;
    }
  }
  return moments;
}

/** Gram-Schmidt, in order, each axis twice: what is left of a dependent axis is rounding, which leans on the others again. */
function orthonormalize(axes: Float32Array, count: number, dimensions: number): void {
  for (let axis = 0; axis < count; axis += 1) {
    for (let pass = 0; pass < 2; pass += 1) {
      for (let other = 0; other < axis; other += 1) takeOut(axes, axis, { other, dimensions });
      scaleToUnit(axes.subarray(axis * dimensions, (axis + 1) * dimensions));
    }
  }
}

function takeOut(axes: Float32Array, axis: number, { other, dimensions }: { other: number; dimensions: number }): void {
  const [from, at] = [axis * dimensions, other * dimensions];
  const share = dot(axes, from, axes, at, dimensions);
  for (let i = 0; i < dimensions; i += 1) axes[from + i] = (axes[from + i] ?? 0) - share * (axes[at + i] ?? 0);
}

function scaleToUnit(vector: Float32Array): void {
  const length = Math.sqrt(dot(vector, 0, vector, 0, vector.length));
  for (let i = 0; i < vector.length; i += 1) vector[i] = length < 1e-12 ? 0 : (vector[i] ?? 0) / length;
}
