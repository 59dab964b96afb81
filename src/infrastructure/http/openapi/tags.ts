/** The first word of a path after its version, and what stands behind it. */
export const tags = {
  orders: 'Ordering, following an order, and settling it',
  quotes: 'What an order would cost',
  vouchers: 'What was bought: masked, and by a recorded request in clear',
  catalog: 'What may be ordered',
  contract: 'What Amilon allows as a whole',
  events: 'Everything that happened',
  amilon: 'For Amilon itself',
  ops: 'For operators',
  service: 'The service itself',
} as const;

const isTag = (word: string): word is keyof typeof tags => Object.hasOwn(tags, word);

export const tagOf = (path: string): keyof typeof tags => {
  const word = path.split('/')[2] ?? 'service';
  if (isTag(word)) return word;
  throw new TypeError(`no tag for ${path}: add ${word} to tags`);
};
