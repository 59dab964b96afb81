import type { CreateAnswer, Fetched, ReadAnswer } from '../../../application/ports/amilon.ts';
import type { RefusalCode } from '../../../domain/order/values.ts';
import { type Fault, detailOf } from './errors.ts';
import type { Answered } from './transport.ts';

/** What an error code or text of Amilon means (amilon.md sections 2 and 3). */
type Meaning = RefusalCode | 'duplicate' | 'contract' | 'transient' | 'order_not_found';

const codes: { readonly [code: string]: Meaning } = {
  '0000': 'transient',
  '0100': 'contract',
  '0101': 'contract',
  '0102': 'contract',
  '0103': 'contract',
  '0104': 'contract',
  '0105': 'insufficient_funds',
  '0106': 'product_not_orderable',
  '0200': 'rejected_by_amilon',
  '0300': 'rejected_by_amilon',
  '0400': 'duplicate',
  '0403': 'order_not_found',
  '0500': 'transient',
  '0600': 'product_not_orderable',
};

export const isKnownCode = (code: string): boolean => Object.hasOwn(codes, code);

const texts: readonly (readonly [RegExp, Meaning])[] = [
  [/duplicate order|external ?(?:order ?)?id.{0,20}already (?:used|exists)/, 'duplicate'],
  [/invalid product/, 'product_not_orderable'],
  [/invalid quantity/, 'quantity_out_of_range'],
  [/insufficient (?:funds|credit)/, 'insufficient_funds'],
  [/product unavailable/, 'product_unavailable'],
];

const meaningOf = (status: number, fault: Fault): Meaning | undefined => {
  const byCode = fault.code === undefined || !isKnownCode(fault.code) ? undefined : codes[fault.code];
  if (byCode !== undefined) return byCode;
  if (status === 402) return 'insufficient_funds';
  return texts.find(([pattern]) => pattern.test(fault.words))?.[1];
};

/** A create that was answered, but not with 2xx. What is not certainly refused is unknown. */
export const createFailure = (answer: Answered, fault: Fault): CreateAnswer => {
  const { status } = answer;
  const meaning = meaningOf(status, fault);
  if (meaning === 'duplicate') return { is: 'duplicate' };
  const wait = answer.retryAfter === undefined ? {} : { retryAfter: answer.retryAfter };
  const unknown = unknownWhy(status, meaning);
  if (unknown !== undefined) return { is: 'unknown', why: unknown, ...wait };
  const notBought = notBoughtWhy(status, meaning);
  if (notBought !== undefined) return { is: 'not_bought', why: notBought, ...wait };
  return { is: 'refused', code: refusalOf(meaning), upstream: { status, ...codeOf(fault) } };
};

// Before anything was looked at, so nothing was bought.
const turnedAway = new Map<number, 'unauthorized' | 'rate_limited'>([
  [401, 'unauthorized'],
  [425, 'rate_limited'],
  [429, 'rate_limited'],
]);

const unknownWhy = (status: number, meaning: Meaning | undefined) => {
  if (turnedAway.has(status)) return undefined;
  // A server that broke may have bought before, whatever it says about the order.
  if (status >= 500 || meaning === 'transient') return 'server_error';
  if (status === 408) return 'timeout';
  return status < 400 ? 'unreadable' : undefined;
};

const notBoughtWhy = (status: number, meaning: Meaning | undefined) => {
  const away = turnedAway.get(status);
  if (away !== undefined) return away;
  if (meaning === 'contract') return 'contract';
  return status === 404 || meaning === 'order_not_found' ? 'not_found' : undefined;
};

const refusalOf = (meaning: Meaning | undefined): RefusalCode => {
  switch (meaning) {
    case 'product_not_orderable':
    case 'quantity_out_of_range':
    case 'insufficient_funds':
    case 'product_unavailable':
      return meaning;
    default:
      return 'rejected_by_amilon';
  }
};

const codeOf = ({ code }: Fault): { readonly code?: string } => (code === undefined ? {} : { code: code.slice(0, 40) });

/** A read that was answered, but not with 2xx. */
export const readFailure = (answer: Answered, fault: Fault): ReadAnswer => {
  if (isAbsent(answer.status, fault)) return { is: 'absent' };
  const { why, retryAfter } = fetchFailure(answer, fault);
  return { is: 'unavailable', why, ...(retryAfter === undefined ? {} : { retryAfter }) };
};

/** Only Amilon itself can say that it has no such order: a proxy or a wrong base answers 404 too (trap 19). */
const isAbsent = (status: number, fault: Fault): boolean => {
  const meaning = meaningOf(status, fault);
  if (meaning === 'order_not_found') return status < 500;
  const foreign = fault.form === 'html' || (fault.form === 'text' && fault.words !== '');
  return status === 404 && !foreign && meaning !== 'contract';
};

type Failed = Extract<Fetched<unknown>, { is: 'failed' }>;

/** A question that buys nothing, answered, but not with 2xx. */
export const fetchFailure = (answer: Answered, fault: Fault): Failed => ({
  is: 'failed',
  why: whyOf(answer.status, meaningOf(answer.status, fault)),
  detail: detailOf(answer, fault),
  ...(answer.retryAfter === undefined ? {} : { retryAfter: answer.retryAfter }),
});

const whyOf = (status: number, meaning: Meaning | undefined): Failed['why'] => {
  if (status >= 500 || meaning === 'transient') return 'server_error';
  if (status < 400) return 'unreadable';
  if (meaning === 'contract') return 'contract';
  return byStatus.get(status) ?? 'refused';
};

const byStatus = new Map<number, Failed['why']>([
  [401, 'unauthorized'],
  [404, 'not_found'],
  [408, 'timeout'],
  [425, 'rate_limited'],
  [429, 'rate_limited'],
]);
