import type { Amilon, Fetched } from '../../../application/ports/amilon.ts';
import type { AmilonEndpoint, CallNote } from '../../../application/ports/amilon-watch.ts';
import { warnings } from '../../../domain/contract/validity.ts';
import type { Culture } from '../../../domain/shared/ids.ts';
import type { Instant, Ms } from '../../../domain/shared/instant.ts';
import { adviceOn } from './advice.ts';

/** What one question to Amilon came to, for a person. Never a secret, nor the contract's id. */
export interface Finding {
  readonly asked: string;
  readonly works: boolean;
  readonly ms: Ms;
  readonly says: string;
  /** What to do, where something is wrong. */
  readonly todo?: string;
}

export interface CheckOptions {
  readonly amilon: Pick<Amilon, 'contract' | 'products' | 'merchants' | 'categories'>;
  /** Every exchange so far, the token's too. */
  readonly notes: readonly CallNote[];
  readonly cultures: readonly Culture[];
  readonly now: Instant;
  readonly monotonic: () => Ms;
}

/** Asks everything that buys nothing, one after the other; without a token nothing else is asked. */
export async function* checkAmilon(options: CheckOptions): AsyncIterable<Finding> {
  const { amilon, notes, cultures, now } = options;
  const { answer, ms } = await timed(options, () => amilon.contract());
  const tokenMs = notes.find(({ endpoint }) => endpoint === 'token')?.ms ?? 0;
  // Only with a token the contract was asked for.
  if (!notes.some(({ endpoint }) => endpoint === 'contract')) {
    yield { ...failed('token', 'token', answer), ms: tokenMs };
    return;
  }
  yield { asked: 'token', works: true, ms: tokenMs, says: 'given' };
  const contract = answer.is === 'ok' ? aboutContract(answer.value, now) : failed('contract', 'contract', answer);
  yield { ...contract, ms: ms - tokenMs };
  yield await listing(options, ['categories', 'categories'], () => amilon.categories());
  for (const culture of cultures) {
    yield await listing(options, [`merchants ${culture}`, 'merchants'], () => amilon.merchants(culture));
    yield await listing(options, [`products ${culture}`, 'products'], () => amilon.products(culture));
  }
}

const timed = async <T>({ monotonic }: CheckOptions, ask: () => Promise<T>) => {
  const began = monotonic();
  const answer = await ask();
  return { answer, ms: monotonic() - began };
};

const failed = (asked: string, endpoint: AmilonEndpoint, answer: Fetched<unknown>): Omit<Finding, 'ms'> => {
  const failure = answer.is === 'failed' ? answer : { why: 'unreadable' as const, detail: 'no answer' };
  const says = failure.detail.startsWith(failure.why) ? failure.detail : `${failure.why}: ${failure.detail}`;
  return { asked, works: false, says, todo: adviceOn(endpoint, failure) };
};

const aboutContract = (
  terms: Extract<Awaited<ReturnType<Amilon['contract']>>, { is: 'ok' }>['value'],
  now: Instant,
): Omit<Finding, 'ms'> => {
  const [warning] = warnings(terms, now);
  const says = `${terms.currency}, until ${terms.validUntil ?? 'no end'}${warning === undefined ? '' : `: ${warning}`}`;
  const invalid = warning === 'expired' || warning === 'not_active' || warning === 'not_yet_valid';
  return invalid
    ? { asked: 'contract', works: false, says, todo: 'Orders are refused outside the contract: have Amilon renew it.' }
    : { asked: 'contract', works: true, says };
};

const listing = async (
  options: CheckOptions,
  [asked, endpoint]: readonly [string, AmilonEndpoint],
  ask: () => Promise<Fetched<readonly unknown[]>>,
): Promise<Finding> => {
  const { answer, ms } = await timed(options, ask);
  if (answer.is === 'failed') return { ...failed(asked, endpoint, answer), ms };
  const { value, quarantined } = answer;
  const [first] = quarantined;
  const bad =
    first === undefined
      ? ''
      : `, ${String(quarantined.length)} unreadable (row ${String(first.index)}: ${first.reason})`;
  const says = `${String(value.length)} rows${bad}`;
  if (value.length > 0) return { asked, works: true, ms, says };
  return {
    asked,
    works: false,
    ms,
    says,
    todo: 'An empty list is never taken over: ask Amilon what the contract offers.',
  };
};
