// What runs in a thread that folds some streams of a rebuild.
import { parentPort, workerData } from 'node:worker_threads';
import { createPart } from '../../application/rebuild/parts.ts';
import { projectionConsumer } from '../../projections/projection.ts';
import { createCodec } from '../codec/codec.ts';
import { openSqlitePart } from '../event-store/sqlite-part.ts';
import { createLogger } from '../logging/logger.ts';
import { openPacking } from '../read-models/sqlite-packing.ts';
import { fingerprint } from './fingerprint.ts';
import type { Answer, Work } from './fold-threads.ts';
import { allProjections } from './projections.ts';

/** Events of the catalogue have up to 256 KiB each, and are read to be passed over. */
const BATCH = 128;

const { events, storeId, part, documents, model, generation, hold, logLevel } = workerData as Work;

const projection = allProjections.find(({ definition }) => definition.name === model);
if (projection === undefined) throw new TypeError(`no such read model: ${model}`);
const { sink, pack } = openPacking(documents, projection.definition, generation);
const { fold } = createPart({
  feed: openSqlitePart(events, storeId, part),
  codec: createCodec(),
  log: createLogger(logLevel),
  consumer: projectionConsumer(projection),
  sink,
  hold,
  fingerprint,
  batch: BATCH,
});

const answer = async (stretch: number): Promise<void> => {
  try {
    const folded = await fold(stretch);
    const parcel = pack(folded.documents);
    parentPort?.postMessage({ folded: { ...folded, documents: parcel } } satisfies Answer, [parcel.texts]);
  } catch (failure) {
    parentPort?.postMessage({ failure } satisfies Answer);
  }
};

parentPort?.on('message', (stretch: number) => void answer(stretch));
