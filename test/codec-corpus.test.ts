import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { NewEvent, Recorded } from '../src/application/ports/event-store.ts';
import { createCodec } from '../src/infrastructure/codec/codec.ts';
import { sampleDraft, sampleEvents } from './support/sample-events.ts';

const folder = join(import.meta.dirname, 'corpus');
const codec = createCodec();
const nameOf = ({ type, schema }: NewEvent): string => `${type}.${String(schema)}.json`;

// What was once written stays in the stores: add files to the corpus, never change one.
describe('the corpus of every event and schema ever written', () => {
  const corpus = new Map<string, Recorded>();

  beforeAll(async () => {
    for (const file of await readdir(folder)) {
      corpus.set(file, JSON.parse(await readFile(join(folder, file), 'utf8')) as Recorded);
    }
  });

  it('has every event in the schema that is written now', () => {
    const written = Object.values(sampleEvents).map((event) => codec.seal(sampleDraft(event), codec.genesis));
    const missing = written.filter((event) => !corpus.has(nameOf(event)));
    // Each is shown whole: it is the content of the file that is missing.
    expect(missing).toEqual([]);
  });

  it('holds what its files are named after', () => {
    expect([...corpus].filter(([file, event]) => file !== nameOf(event))).toEqual([]);
  });

  it('is what was sealed when it was written', () => {
    for (const event of corpus.values()) codec.verify(event, event.envelope.prevHash);
    expect(corpus.size).toBeGreaterThanOrEqual(Object.keys(sampleEvents).length);
  });

  it('is decoded, and sealed again to the same event where the schema is still written', () => {
    for (const recorded of corpus.values()) {
      const { event } = codec.decode(recorded);
      const { occurredAt: _at, prevHash, hash: _hash, ...envelope } = recorded.envelope;
      const again = codec.seal({ ...recorded, event, envelope }, prevHash);
      if (again.schema === recorded.schema) expect(again).toEqual(recorded);
      else expect(again.schema).toBeGreaterThan(recorded.schema);
    }
  });
});
