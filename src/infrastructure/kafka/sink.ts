import type { Message } from 'kafkajs';
import type { Hold, Owner, Progress, Sink } from '../../application/ports/consumers.ts';
import { Unavailable } from '../../application/ports/errors.ts';
import type { StoreId } from '../../application/ports/event-store.ts';
import { aloneLease } from '../../application/ports/lease.ts';
import type { Lease } from '../../application/ports/lease.ts';
import type { PublicMessage } from '../../application/public-messages/message.ts';
import { unavailable } from './deadline.ts';
import type { OpenKafka } from './open-kafka.ts';
import { type PositionKey, readPosition, writtenPosition } from './position.ts';
import { isFenced, openSession, type Session } from './session.ts';
import { stepsOf } from './steps.ts';

export interface KafkaSinkOptions {
  /** The consumer whose position this is; with the topics' prefix it is the transactional id. */
  readonly consumer: string;
  readonly storeId: StoreId;
  /**
   * Of which instance relays: it spares them fencing each other; that nothing is doubled is Kafka's doing. Without one
   * whoever asks takes over at once.
   */
  readonly lease?: Lease;
}

export interface KafkaSink extends Sink<never, PublicMessage> {
  /** The progress that was committed last, whoever holds the consumer. @throws Unavailable, and as `hold` */
  progress(): Promise<Progress>;
  close(): Promise<void>;
}

interface Held {
  readonly epoch: number;
  readonly owner: Owner;
  readonly session: Session;
  /** The progress that is kept, as JSON. */
  kept: string;
}

/**
 * Messages and position in one Kafka transaction: exactly once for who reads committed messages (design 15). Every hold
 * is a new producer that fences the one before and reads back what was committed last (kafka.md 9); every error ends
 * it, and the runner holds anew.
 */
export const createKafkaSink = (kafka: OpenKafka, options: KafkaSinkOptions): KafkaSink => {
  const { consumer, storeId, lease = aloneLease } = options;
  const key: PositionKey = { consumer, storeId };
  let held: Held | undefined;
  let latest = 0;
  let closed = false;

  const drop = async (): Promise<void> => {
    const { session } = held ?? {};
    held = undefined;
    await session?.discard();
  };

  const open = async (owner: Owner): Promise<Hold> => {
    const session = await openSession(kafka.client, `${kafka.topics.positions}.${consumer}`);
    try {
      const { epoch, progress } = await readPosition(kafka, key);
      latest = Math.max(latest, epoch) + 1;
      held = { epoch: latest, owner, session, kept: JSON.stringify(progress) };
      return { consumer, epoch: latest, progress };
    } catch (error) {
      await session.discard();
      throw error;
    }
  };

  const commit = async (mine: Held, next: Progress, out: readonly PublicMessage[]): Promise<'kept' | 'fenced'> => {
    if (!(await lease.renew(mine.owner))) return 'fenced';
    const kept = JSON.stringify(next);
    // The same place as before: nothing new, or the same batch once more.
    if (kept === mine.kept) return 'kept';
    // Always in the first partition, whatever their number: the last one there is the last one written.
    const position: Message = {
      key: consumer,
      partition: 0,
      value: writtenPosition(key, { epoch: mine.epoch, progress: next }),
    };
    await mine.session.commit(stepsOf(out, { ...kafka, position }));
    mine.kept = kept;
    return 'kept';
  };

  return {
    hold: async (owner) => {
      if (closed) throw new Unavailable('Kafka', { detail: 'the relay is closed' });
      if (!(await lease.acquire(owner))) return 'held';
      await drop();
      try {
        return await open(owner);
      } catch (error) {
        await lease.release(owner);
        throw unavailable(error);
      }
    },
    load: () => Promise.resolve(new Map<string, never>()),
    keep: async (hold, next, out) => {
      if (hold.epoch < latest) return 'fenced';
      if (held?.epoch !== hold.epoch) throw new Unavailable('Kafka', { detail: 'this hold has ended' });
      try {
        const result = await commit(held, next, out);
        if (result === 'fenced') await drop();
        return result;
      } catch (error) {
        await drop();
        if (isFenced(error)) return 'fenced';
        throw unavailable(error);
      }
    },
    release: async (hold) => {
      if (held?.epoch !== hold.epoch) return;
      const { owner } = held;
      await drop();
      await lease.release(owner);
    },
    progress: async () => {
      try {
        return held === undefined ? (await readPosition(kafka, key)).progress : (JSON.parse(held.kept) as Progress);
      } catch (error) {
        throw unavailable(error);
      }
    },
    close: async () => {
      closed = true;
      await drop();
    },
  };
};
