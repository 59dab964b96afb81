import type { OpenReadModel } from '../../application/ports/read-models.ts';

/** Which generation is served; the last one known, where a model of another schema took over. */
export interface Pointer {
  /** As it is. */
  fresh(): Promise<number>;
  /** As it was a moment ago at most: for reads. */
  recent(): Promise<number>;
}

/** Generations in use at once: a reader of the one before may still be at it. */
const REMEMBERED = 3;

/** The model behind the pointer: each read, and each hold, goes to the generation that is served then. */
export const following = <Doc>(
  pointer: Pointer,
  open: (generation: number) => OpenReadModel<Doc>,
): OpenReadModel<Doc> => {
  const opened = new Map<number, OpenReadModel<Doc>>();
  const at = (generation: number): OpenReadModel<Doc> => {
    const known = opened.get(generation) ?? open(generation);
    opened.set(generation, known);
    const [oldest] = opened.keys();
    if (opened.size > REMEMBERED && oldest !== undefined) opened.delete(oldest);
    return known;
  };
  const sinkOf = async (generation: number | undefined) => at(generation ?? (await pointer.fresh())).sink;
  return {
    model: {
      get: async (key) => at(await pointer.recent()).model.get(key),
      find: async (query) => at(await pointer.recent()).model.find(query),
      scan: async function* () {
        yield* at(await pointer.recent()).model.scan();
      },
    },
    sink: {
      hold: async (owner) => {
        for (let generation = await pointer.fresh(); ;) {
          const hold = await at(generation).sink.hold(owner);
          if (hold !== 'held') return { ...hold, generation };
          const now = await pointer.fresh();
          if (now === generation) return 'held';
          generation = now;
        }
      },
      load: async (hold, keys) => (await sinkOf(hold.generation)).load(hold, keys),
      keep: async (hold, next, out) => (await sinkOf(hold.generation)).keep(hold, next, out),
      release: async (hold) => (await sinkOf(hold.generation)).release(hold),
    },
  };
};
