import type { Decoded } from '../../src/application/ports/codec.ts';
import type { Consumer } from '../../src/application/ports/consumers.ts';

/** What comes of one event; nothing where it does not concern the consumer. */
export const applied = <Doc, Out>(
  consumer: Consumer<Doc, Out>,
  event: Decoded,
  docs: Map<string, Doc> = new Map(),
): readonly Out[] | undefined => {
  const keys = consumer.keys(event);
  return keys === undefined ? undefined : consumer.apply(docs, event, keys);
};
