import type { Decoded, DomainEvent, Draft, EventCodec } from '../../application/ports/codec.ts';
import { Undecodable } from '../../application/ports/errors.ts';
import type { Hash, NewEvent, Recorded } from '../../application/ports/event-store.ts';
import { genesis, hashOf, verify } from './hash-chain.ts';
import type { Schema } from './fields.ts';
import { assertPlainJson } from './plain-json.ts';
import { envelopeSchema, schemas } from './schemas.ts';
import { type Upcaster, upcasters } from './upcasters.ts';

/** How the events of one type are read: the schema that is written now, and the steps that lead to it. */
interface Kind {
  readonly data: Schema<object>;
  readonly steps: readonly Upcaster[];
}

const kindsFrom = (all: readonly Upcaster[]): ReadonlyMap<string, Kind> =>
  new Map(
    Object.entries(schemas).map(([type, data]) => {
      const steps = all.filter((step) => step.type === type).toSorted((a, b) => a.from - b.from);
      if (steps.some(({ from }, index) => from !== index + 1)) {
        throw new RangeError(`the upcasters of ${type} do not lead from 1 on without a gap`);
      }
      return [type, { data, steps }];
    }),
  );

const newestOf = ({ steps }: Kind): number => steps.length + 1;

// Its name only: what it holds may be data.
const flawOf = (schema: Schema<unknown>, value: unknown): string => {
  const field = schema.wrongField(value);
  return field === undefined ? 'its fields' : `field ${field}`;
};

const undecodable = ({ stream, version, type, schema }: Recorded, why: string): Undecodable =>
  new Undecodable(`cannot read ${stream} version ${version} (${type}, schema ${schema}): ${why}`);

const upcast = (recorded: Recorded, steps: readonly Upcaster[]): unknown => {
  try {
    return steps.slice(recorded.schema - 1).reduce((data, step) => step.up(data), recorded.data);
  } catch {
    throw undecodable(recorded, 'it cannot be brought to the newest schema');
  }
};

const decodeWith = (kinds: ReadonlyMap<string, Kind>, recorded: Recorded): Decoded => {
  const kind = kinds.get(recorded.type);
  if (kind === undefined) throw undecodable(recorded, 'no such type is known');
  const { schema } = recorded;
  if (!Number.isInteger(schema) || schema < 1 || schema > newestOf(kind)) {
    throw undecodable(recorded, 'no such schema is known');
  }
  const { envelope } = recorded;
  const data = kind.steps.length === 0 ? recorded.data : upcast(recorded, kind.steps);
  if (!kind.data.fits(data)) throw undecodable(recorded, `${flawOf(kind.data, data)} of its data`);
  if (!envelopeSchema.fits(envelope))
    throw undecodable(recorded, `${flawOf(envelopeSchema, envelope)} of its envelope`);
  const event = { ...data, type: recorded.type, at: envelope.occurredAt } as unknown as DomainEvent;
  return { event, recorded };
};

const sealWith = (kinds: ReadonlyMap<string, Kind>, draft: Draft, prevHash: Hash): NewEvent => {
  const { stream, version, id } = draft;
  const { at, type, ...data } = draft.event;
  const where = `${stream} version ${version} (${type})`;
  const kind = kinds.get(type);
  if (kind === undefined) throw new TypeError(`${where} has no schema`);
  const envelope = { ...draft.envelope, occurredAt: at, prevHash };
  const unsealed = { stream, version, id, type, schema: newestOf(kind), envelope, data };
  assertPlainJson(unsealed, where);
  const sealed = { ...unsealed, envelope: { ...envelope, hash: hashOf(unsealed) } };
  // What could not be read again must not be written: it would stop its stream for ever.
  if (!kind.data.fits(data)) throw new TypeError(`${where} does not fit its schema: ${flawOf(kind.data, data)}`);
  if (!envelopeSchema.fits(sealed.envelope)) {
    throw new TypeError(`${where} does not fit the envelope: ${flawOf(envelopeSchema, sealed.envelope)}`);
  }
  return sealed;
};

/** @throws RangeError when upcasters are missing between an event's first schema and its newest. */
export const createCodec = (steps: readonly Upcaster[] = upcasters): EventCodec => {
  const kinds = kindsFrom(steps);
  return {
    decode: (recorded) => decodeWith(kinds, recorded),
    seal: (draft, prevHash) => sealWith(kinds, draft, prevHash),
    verify,
    genesis,
  };
};
