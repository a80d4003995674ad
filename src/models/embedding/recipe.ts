/** The offline recipes. `full`: the whole model on each text. `static`: the weighted sum of what it says of each piece. */
export const recipes = ['full', 'static'] as const;
export type Recipe = (typeof recipes)[number];

/** The version goes up with every change that moves a vector, so that old vectors are not mixed with new ones. */
export const localModels: Readonly<Record<Recipe, string>> = {
  full: 'use-lite-512@1',
  static: 'use-lite-static-512@1',
};

export const localDimensions = 512;

/** Beyond this many texts a set is embedded by the static recipe: the full model takes about half a minute for so many. */
export const fullModelLimit = 500;

/** What makes vectors, before any cache. */
export interface VectorSource {
  readonly model: string;
  /** undefined until the first vectors are there, where only the endpoint knows */
  readonly dimensions: number | undefined;
  /** How many texts to ask for at a time: what was finished is kept when the work is cut off. */
  readonly chunk: number;
  /** Vectors in the order of the texts. @throws FoundryError */
  vectors(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
}
