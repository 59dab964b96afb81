import type { Collection, IndexDescription } from 'mongodb';
import type { Hold } from '../../application/ports/consumers.ts';
import { NoSuchModel } from '../../application/ports/errors.ts';
import type { Position } from '../../application/ports/event-store.ts';
import type { Mongo } from './mongodb-connection.ts';
import { anew, consumersOf, documentsName, generationKey } from './mongodb-generations.ts';
import type { ConsumerDocument } from './mongodb-generations.ts';

/** A consumer's documents under one schema. */
export interface Served {
  readonly name: string;
  readonly schema: string;
}

/** Longer than any reader stays with the generation that the pointer has left (mongodb.md 12). */
const RETIRED_MS = 60_000;

const schemaAt = ({ generations }: ConsumerDocument, generation: number): string | undefined =>
  generations[generationKey(generation)]?.schema;

/** The generation that is served, if it is of this schema. */
export const servedGeneration = async (mongo: Mongo, { name, schema }: Served): Promise<number | undefined> => {
  const known = await consumersOf(mongo).findOne({ _id: name }, { projection: { generation: 1, generations: 1 } });
  return known === null || schemaAt(known, known.generation) !== schema ? undefined : known.generation;
};

/** The generation that a rebuild fills: as it was left, or begun. @throws NoSuchModel */
export const openMongoShadow = async (mongo: Mongo, served: Served): Promise<number> => {
  for (;;) {
    const known = await consumersOf(mongo).findOne({ _id: served.name });
    if (known === null || schemaAt(known, known.generation) !== served.schema) throw new NoSuchModel(served.name);
    if (known.shadow !== undefined && schemaAt(known, known.shadow.generation) === served.schema) {
      return known.shadow.generation;
    }
    const generation = await begun(mongo, known, served);
    if (generation !== undefined) return generation;
  }
};

/** @returns `undefined` where another was faster. */
const begun = async (mongo: Mongo, known: ConsumerDocument, served: Served): Promise<number | undefined> => {
  const { _id, newest } = known;
  const generation = newest + 1;
  const left = Object.entries(known.generations).flatMap(([key, { retired }]) => {
    const number = Number(key.slice(1));
    const inUse = number === known.generation || (retired !== undefined && Date.now() - retired.getTime() < RETIRED_MS);
    return inUse ? [] : [number];
  });
  const gone = Object.fromEntries(left.map((number) => [`generations.${generationKey(number)}`, '' as const]));
  const begin = await consumersOf(mongo).updateOne(
    { _id, newest },
    {
      $set: {
        newest: generation,
        shadow: { generation, epoch: 0, owner: null, until: new Date(0) },
        [`generations.${generationKey(generation)}`]: anew(served),
      },
      ...(left.length === 0 ? {} : { $unset: gone }),
    },
  );
  if (begin.matchedCount !== 1) return undefined;
  for (const number of left) await mongo.db.dropCollection(documentsName(mongo, _id, number));
  return generation;
};

interface Shadowed {
  readonly name: string;
  readonly generation: number;
  readonly indexes: readonly IndexDescription[];
}

/** Cheaper after the documents; made twice they are there once. */
const makeIndexes = async (mongo: Mongo, { name, generation, indexes }: Shadowed): Promise<void> => {
  if (indexes.length > 0) await mongo.db.collection(documentsName(mongo, name, generation)).createIndexes([...indexes]);
};

/** As `Shadow.list` of the port. */
export const listMongoShadow = async (mongo: Mongo, shadow: Shadowed, hold: Hold): Promise<'listed' | 'fenced'> => {
  await makeIndexes(mongo, shadow);
  return isMine(await consumersOf(mongo).findOne({ _id: shadow.name }), shadow.generation, hold) ? 'listed' : 'fenced';
};

/** Moves the pointer, once there are indexes: as `Shadow.serve` of the port. */
export const serveMongoShadow = async (
  mongo: Mongo,
  shadow: Shadowed,
  hold: Hold,
  passed: ReadonlySet<Position | 'start'>,
): Promise<'served' | 'ahead' | 'fenced'> => {
  await makeIndexes(mongo, shadow);
  const { name, generation } = shadow;
  const consumers = consumersOf(mongo);
  const known = await consumers.findOne({ _id: name });
  if (known === null || known.generation === generation) return known === null ? 'fenced' : 'served';
  const from = `generations.${generationKey(known.generation)}`;
  const moved = await consumers.updateOne(
    {
      _id: name,
      generation: known.generation,
      'shadow.generation': generation,
      'shadow.epoch': hold.epoch,
      [`${from}.at`]: { $in: [...passed] },
    },
    {
      $set: { ...free(generation), before: known.generation, [`${from}.retired`]: new Date() },
      $unset: { shadow: '' },
      $inc: { epoch: 1 },
    },
  );
  if (moved.matchedCount === 1) return 'served';
  return isMine(await consumers.findOne({ _id: name }), generation, hold) ? 'ahead' : 'fenced';
};

const free = (generation: number) => ({ generation, owner: null, until: new Date(0) });

const isMine = (known: ConsumerDocument | null, generation: number, { epoch }: Hold): boolean =>
  known?.shadow?.generation === generation && known.shadow.epoch === epoch;

/** As `Shadow.discard` of the port. */
export const dropMongoShadow = async (
  mongo: Mongo,
  { name, generation }: Omit<Shadowed, 'indexes'>,
  { epoch }: Hold,
): Promise<'discarded' | 'fenced'> => {
  const gone = { shadow: '' as const, [`generations.${generationKey(generation)}`]: '' as const };
  const mine = { _id: name, 'shadow.generation': generation, 'shadow.epoch': epoch };
  const left = await consumersOf(mongo).updateOne(mine, { $unset: gone });
  if (left.matchedCount !== 1) return 'fenced';
  await mongo.db.dropCollection(documentsName(mongo, name, generation));
  return 'discarded';
};

/** Moves the pointer to the generation that was served before. @returns whether there is one of this schema */
export const rollMongoBack = async (mongo: Mongo, { name, schema }: Served): Promise<boolean> => {
  const consumers: Collection<ConsumerDocument> = consumersOf(mongo);
  for (;;) {
    const known = await consumers.findOne({ _id: name });
    if (known?.before === undefined || schemaAt(known, known.before) !== schema) return false;
    const { generation, before } = known;
    const moved = await consumers.updateOne(
      { _id: name, generation, before },
      {
        $set: {
          ...free(before),
          before: generation,
          [`generations.${generationKey(generation)}.retired`]: new Date(),
        },
        $unset: { [`generations.${generationKey(before)}.retired`]: '' },
        $inc: { epoch: 1 },
      },
    );
    if (moved.matchedCount === 1) return true;
  }
};
