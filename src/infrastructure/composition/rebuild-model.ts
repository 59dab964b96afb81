import { randomUUID } from 'node:crypto';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { rebuild } from '../../application/rebuild/rebuild.ts';
import type { RebuildDeps, Rebuilt } from '../../application/rebuild/rebuild.ts';
import type { Owner, Progress } from '../../application/ports/consumers.ts';
import { NoSuchModel } from '../../application/ports/errors.ts';
import { projectionConsumer } from '../../projections/projection.ts';
import type { Projection } from '../../projections/projection.ts';
import { fingerprint } from './fingerprint.ts';
import { startFoldThreads } from './fold-threads.ts';
import type { Beside } from './open-beside.ts';

/** Smaller than a service's: what one transaction keeps is decided by the documents at hand, not by the batch. */
const BATCH = 1_000;

/** What a service that follows needs for some batches. */
const PAUSE_MS = 100;

/** Rebuilds one read model beside whoever serves it. @throws NoSuchModel, Unavailable */
export const rebuildModel = async <Doc>(
  beside: Beside,
  projection: Projection<Doc>,
  how: Pick<RebuildDeps<Doc>, 'began' | 'stop'> & {
    readonly log: Logger;
    readonly told: (counts: Progress['counts']) => void;
  },
): Promise<Rebuilt> => {
  const { definition } = projection;
  const live = await beside.readModels.existing(definition);
  if (live === undefined) throw new NoSuchModel(definition.name);
  return rebuild({
    ...beside,
    ...how,
    told: async ({ counts }) => {
      how.told(counts);
      // Embedded stores answer at once: nothing else would ever have its turn.
      await setImmediate();
    },
    pause: () => setTimeout(PAUSE_MS),
    consumer: projectionConsumer(projection),
    live,
    ...(await beginShadow(beside, projection, how.log)),
    owner: randomUUID() as string as Owner,
    fingerprint,
    batch: BATCH,
  });
};

/** Embedded, the streams of orders are folded in threads. */
const beginShadow = async <Doc>(
  { embedded, readModels, feed: { storeId } }: Beside,
  { definition, apart }: Projection<Doc>,
  log: Logger,
): Promise<Pick<RebuildDeps<Doc>, 'shadow' | 'openParts'>> => {
  if (embedded === undefined || apart !== true) return { shadow: await readModels.shadow(definition) };
  const { files } = embedded;
  const shadow = await embedded.readModels.shadow(definition);
  const { packed } = shadow;
  if (packed === undefined) return { shadow };
  const work = { events: files.events, storeId, documents: files.readModels, model: definition.name };
  return { shadow, openParts: (hold, events) => startFoldThreads({ ...work, hold }, packed, { events, log }) };
};
