import { MachineryError, Unavailable } from '../../application/ports/errors.ts';

/**
 * A deadline of our own around every call of kafkajs, whose own retries can last through a whole outage (kafka.md 5).
 * @param ms milliseconds
 * @throws Unavailable when it is over; the call itself is left to its end
 */
export const within = async <T>(ms: number, what: string, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Unavailable('Kafka', { detail: `${what} took longer than ${String(ms / 1_000)} s` }));
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

const PARTING_MS = 2_000;

/** Disconnects a client that may be wedged: waits no longer than 2 s, and what goes wrong is nobody's business. */
export const part = async (client: { disconnect(): Promise<void> }): Promise<void> => {
  await within(PARTING_MS, 'disconnecting', client.disconnect()).catch(() => undefined);
};

/** Whatever kafkajs threw, as the port says it. Its own `retriable` is not to be trusted (kafka.md 12). */
export const unavailable = (error: unknown): MachineryError => {
  if (error instanceof MachineryError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new Unavailable('Kafka', { cause: error, detail });
};
