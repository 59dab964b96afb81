/** One event of `GET /v1/orders/{id}/events`. */
export interface TimelineEntry {
  readonly version: number;
  readonly type: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The fact of each event that tells two of its kind apart. */
const telling: Readonly<Record<string, (data: Readonly<Record<string, unknown>>) => string>> = {
  submission_deferred: ({ reason }) => String(reason),
  submission_uncertain: ({ cause }) => String(cause),
  created_at_amilon: ({ adopted }) => (adopted === true ? 'adopted' : 'answered'),
  rejected_by_amilon: ({ code }) => String(code),
  vouchers_delivered: ({ vouchers }) => String((vouchers as readonly unknown[]).length),
  cancelled: ({ by }) => `by ${String(by)}`,
};

/** `vouchers_delivered (2)` */
export const told = ({ type, data = {} }: TimelineEntry): string => {
  const name = type.slice('order.'.length);
  const fact = telling[name]?.(data);
  return fact === undefined ? name : `${name} (${fact})`;
};
