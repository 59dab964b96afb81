import type { Consumer } from '../ports/consumers.ts';
import type { Naming, PublicMessage } from './message.ts';
import { publicMessage } from './public-message.ts';

/** The relay's name as a consumer. */
export const RELAY = 'kafka-relay';

/** What a message's data may weigh as JSON, in bytes, where nobody says otherwise: Kafka's own default is 1 MiB. */
const USUAL_LIMIT = 1_000_000;

/**
 * The consumer that tells other systems: one message for every event but the store's own (design 15 and 16).
 * Parks what design 14 says: what cannot be decoded or mapped, and what the broker would refuse for its size.
 * @param maxBytes the most that the data of one message may weigh as JSON in UTF-8
 */
export const relayConsumer = (naming: Naming, maxBytes = USUAL_LIMIT): Consumer<never, PublicMessage> => ({
  name: RELAY,
  keys: ({ recorded }) => (recorded.stream.startsWith('store-') ? undefined : []),
  apply: (_docs, decoded) => {
    const message = publicMessage(decoded, naming);
    if (message === undefined) return [];
    assertFits(JSON.stringify(message.data), maxBytes);
    return [message];
  },
});

const utf8 = new TextEncoder();

/** UTF-8 has at most so many bytes for a unit of a JavaScript text: most need not be encoded to be known to fit. */
const MOST_BYTES = 3;

/** Known before it is sent: refused by the broker, it would take the whole batch with it, again and again. */
const assertFits = (json: string, maxBytes: number): void => {
  if (json.length * MOST_BYTES <= maxBytes) return;
  const bytes = utf8.encode(json).length;
  if (bytes <= maxBytes) return;
  throw new RangeError(`the message weighs ${String(bytes)} bytes, at most ${String(maxBytes)} can be sent`);
};
