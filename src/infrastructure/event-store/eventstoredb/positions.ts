import type { Position as Place } from '@eventstore/db-client';
import { ForeignPosition } from '../../../application/ports/errors.ts';
import type { Position, StoreId } from '../../../application/ports/event-store.ts';

/** A place in `$all`: bytes of the server's log, not numbers of events. */
export type { Place };

export const positionOf = (storeId: StoreId, { commit, prepare }: Place): Position =>
  `${storeId}:${commit}/${prepare}` as Position;

/** @throws ForeignPosition for what this store did not make. */
export const placeOf = (storeId: StoreId, position: Position): Place => {
  const start = `${storeId}:`;
  // The server's numbers have 63 bits.
  const [, commit, prepare] = /^(\d{1,18})\/(\d{1,18})$/.exec(position.slice(start.length)) ?? [];
  if (!position.startsWith(start) || commit === undefined || prepare === undefined) {
    throw new ForeignPosition(`the position ${position} is not of the store ${storeId}`);
  }
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
};

export const isSame = (a: Place, b: Place): boolean => a.commit === b.commit && a.prepare === b.prepare;

export const isBehind = (a: Place, b: Place): boolean =>
  a.commit > b.commit || (a.commit === b.commit && a.prepare > b.prepare);
