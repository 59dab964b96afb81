import type { Money } from '../../domain/shared/money.ts';
import type { RequestedLine } from '../place-order.ts';

/** All of a request's lines of one product (amilon.md trap 8). */
export interface MergedLine extends RequestedLine {
  /** Indexes into the request. */
  readonly first: number;
  readonly last: number;
  readonly guards: readonly { readonly index: number; readonly maxUnitPrice: Money }[];
}

/** In order of first mention; quantities add up, the strictest price guard holds. */
export const mergeLines = (lines: readonly RequestedLine[]): readonly MergedLine[] => {
  const merged = new Map<string, MergedLine>();
  for (const [index, line] of lines.entries()) {
    const known = merged.get(line.productCode);
    const own = { ...line, first: index, last: index, guards: guardsOf(line, index) };
    merged.set(line.productCode, known === undefined ? own : join(known, own));
  }
  return [...merged.values()];
};

const guardsOf = ({ maxUnitPrice }: RequestedLine, index: number): MergedLine['guards'] =>
  maxUnitPrice === undefined ? [] : [{ index, maxUnitPrice }];

const join = (a: MergedLine, b: MergedLine): MergedLine => {
  const guards = [...a.guards, ...b.guards];
  const [strictest] = guards.map((guard) => guard.maxUnitPrice).sort((x, y) => x.minor - y.minor);
  return {
    productCode: a.productCode,
    quantity: a.quantity + b.quantity,
    first: a.first,
    last: b.last,
    guards,
    ...(strictest === undefined ? {} : { maxUnitPrice: strictest }),
  };
};
