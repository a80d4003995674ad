/** A service that is loaded at its first call, and what closes it if it ever was. */
export interface OnDemand<T> {
  readonly service: T;
  /** Runs with the service, unless nobody ever called it. */
  ifLoaded(work: (service: T) => Promise<void>): Promise<void>;
}

type Asynchronous<T> = { [K in keyof T]: T[K] extends (...args: never[]) => Promise<unknown> ? T[K] : never };

/**
 * Stands in for a service whose methods are all asynchronous and loads it at the first call:
 * a server that only answers a probe pays for none of the libraries behind its tools.
 */
export function onDemand<T extends object>(load: () => Promise<T & Asynchronous<T>>): OnDemand<T> {
  let loading: Promise<T> | undefined;
  const loaded = (): Promise<T> => {
    loading ??= load();
    return loading;
  };
  const service = new Proxy(Object.create(null) as T, {
    get: (_target, name) => {
      // A promise would look for `then` to find out whether it was given one.
      if (name === 'then' || typeof name === 'symbol') return undefined;
      return async (...args: unknown[]): Promise<unknown> => {
        const target = (await loaded()) as Record<string, (...args: unknown[]) => Promise<unknown>>;
        return target[name]?.(...args);
      };
    },
  });
  return {
    service,
    async ifLoaded(work) {
      if (loading !== undefined) await work(await loading);
    },
  };
}
