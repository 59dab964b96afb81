import type { Collection, IndexDescription } from 'mongodb';
import { noProgress } from '../../application/ports/consumers.ts';
import { isDuplicate } from './mongodb-connection.ts';
import type { Mongo } from './mongodb-connection.ts';

/** How far one generation of a consumer's documents is. */
interface Generation {
  readonly schema: string;
  /** The position, by which the checkpoint is compared and set. */
  readonly at: string;
  /** Progress as JSON: names of streams are no names of fields. */
  readonly progress: string;
  /** When the pointer left it: who had just asked where it points may read it for a while. */
  readonly retired?: Date;
}

/** A lease with its fence: who may write, until when by the server's clock, and the how many-eth holder it is. */
interface Held {
  readonly epoch: number;
  readonly owner: string | null;
  readonly until: Date;
}

/**
 * A consumer in one document, so that lease, fence and positions change together: which generation is served, who
 * fills it, and every generation's own position, so that another one can be filled beside it and the pointer moved
 * by one update (design 13).
 */
export interface ConsumerDocument extends Held {
  readonly _id: string;
  readonly generation: number;
  /** The one that was served before: what a rollback serves again. */
  readonly before?: number;
  /** The one that a rebuild fills, with a lease of its own. */
  readonly shadow?: Held & { readonly generation: number };
  /** The last number given to a generation: a late write would recreate a dropped collection (mongodb.md 12). */
  readonly newest: number;
  readonly generations: { readonly [key: `g${number}`]: Generation };
}

export const consumersOf = ({ db, prefix }: Mongo): Collection<ConsumerDocument> => db.collection(`${prefix}consumers`);

export const generationKey = (generation: number): `g${number}` => `g${generation}`;

/** The collection of one generation of a consumer's documents. */
export const documentsName = ({ prefix }: Mongo, consumer: string, generation: number): string => {
  if (!/^[a-z][a-z0-9-]*$/.test(consumer)) throw new TypeError(`not a name for a consumer: ${consumer}`);
  return `${prefix}${consumer.replaceAll('-', '_')}_${generationKey(generation)}`;
};

export interface Wanted {
  readonly name: string;
  readonly schema: string;
  readonly indexes: readonly IndexDescription[];
}

/**
 * The generation of the consumer's documents, with its indexes made. One made for another schema is left to whoever
 * still reads it, its holder fenced off, and a new one begun; the next new one drops it.
 */
export const openMongoGeneration = async (mongo: Mongo, wanted: Wanted): Promise<number> => {
  const generation = await generationOf(mongo, wanted);
  const documents = mongo.db.collection(documentsName(mongo, wanted.name, generation));
  if (wanted.indexes.length > 0) await documents.createIndexes([...wanted.indexes]);
  return generation;
};

const generationOf = async (mongo: Mongo, wanted: Wanted): Promise<number> => {
  const consumers = consumersOf(mongo);
  for (;;) {
    const known = await consumers.findOne({ _id: wanted.name });
    if (known === null) {
      if (await begun(consumers, wanted)) return 1;
    } else if (known.generations[generationKey(known.generation)]?.schema === wanted.schema) {
      return known.generation;
    } else if (await replaced(consumers, known, wanted)) {
      await dropOld(mongo, known);
      return known.newest + 1;
    }
  }
};

export const anew = ({ schema }: Pick<Wanted, 'schema'>): Generation => ({
  schema,
  at: noProgress.at,
  progress: JSON.stringify(noProgress),
});

/** @returns whether it was this call that began it. */
const begun = async (consumers: Collection<ConsumerDocument>, wanted: Wanted): Promise<boolean> => {
  try {
    await consumers.insertOne({
      _id: wanted.name,
      generation: 1,
      newest: 1,
      epoch: 0,
      owner: null,
      until: new Date(0),
      generations: { [generationKey(1)]: anew(wanted) },
    });
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
};

/** @returns whether it was this call that moved the pointer. */
const replaced = async (
  consumers: Collection<ConsumerDocument>,
  { _id, generation, newest, generations }: ConsumerDocument,
  wanted: Wanted,
): Promise<boolean> => {
  const left = generations[generationKey(generation)];
  const moved = await consumers.updateOne(
    { _id, generation, newest },
    {
      $set: {
        generation: newest + 1,
        newest: newest + 1,
        owner: null,
        until: new Date(0),
        generations: {
          ...(left === undefined ? {} : { [generationKey(generation)]: left }),
          [generationKey(newest + 1)]: anew(wanted),
        },
      },
      $unset: { shadow: '', before: '' },
      $inc: { epoch: 1 },
    },
  );
  return moved.matchedCount === 1;
};

/** What was there besides the generation that was served. */
const dropOld = async (mongo: Mongo, { _id, generation, generations }: ConsumerDocument): Promise<void> => {
  for (const key of Object.keys(generations)) {
    const number = Number(key.slice(1));
    if (number !== generation) await mongo.db.dropCollection(documentsName(mongo, _id, number));
  }
};
