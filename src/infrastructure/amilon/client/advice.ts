import type { Fetched } from '../../../application/ports/amilon.ts';
import type { AmilonEndpoint } from '../../../application/ports/amilon-watch.ts';

type Failure = Pick<Extract<Fetched<unknown>, { is: 'failed' }>, 'why' | 'detail'>;

/** `URL` stands for the variable that leads to the endpoint. */
const byDetail: readonly (readonly [RegExp, string])[] = [
  [/ENOTFOUND|EAI_AGAIN/, 'The host in URL has no address: check its spelling, and the DNS of this machine.'],
  [/ECONNREFUSED/, 'The host in URL takes no connection: check host and port.'],
  [
    /EHOSTUNREACH|ENETUNREACH|DEADLINE|ETIMEDOUT/,
    'The host in URL is not reached: check the firewall of this machine.',
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO|EPROTO|_SSL_|ERR_TLS/,
    'The host in URL has no TLS that this machine trusts: a proxy, or not https.',
  ],
  [/html/, 'URL leads to a web page, not to Amilon: a proxy, or a wrong path.'],
  [/invalid_client/, 'Check AMILON_CLIENT_ID and AMILON_CLIENT_SECRET.'],
  [
    /invalid_grant/,
    "Check AMILON_USERNAME and AMILON_PASSWORD; in .env a password belongs in 'single quotes'. Try seldom: the account may lock.",
  ],
  [/unsupported_grant_type|unauthorized_client/, 'This client may not use the password grant: ask Amilon.'],
];

const byWhy: { readonly [Why in Failure['why']]: string } = {
  unauthorized: 'The token is refused: URL and AMILON_TOKEN_URL may belong to different installations.',
  refused: 'Amilon refuses the question: ask Amilon what the user may read.',
  rate_limited: 'Amilon asks for fewer calls: wait, and try again.',
  server_error: 'Amilon fails: try again later, then call Amilon.',
  not_sent: 'Nothing was sent: check URL.',
  timeout: 'No answer within the deadline: try again later; if it lasts, check the way to URL.',
  reset: 'The connection broke off: a proxy, or Amilon fails. Try again later.',
  unreadable: 'URL answers, but not as Amilon does: check it.',
  contract: 'Check AMILON_CONTRACT_ID, and with Amilon the state of the contract.',
  not_found: 'Check URL.',
};

const notFound: { readonly [E in AmilonEndpoint]?: string } = {
  contract: 'Amilon has no such contract: check AMILON_CONTRACT_ID.',
  products: 'Amilon has no such catalogue under this contract: check AMILON_CULTURES.',
  merchants: 'Amilon has no such catalogue under this contract: check AMILON_CULTURES.',
};

/** What a person can do about a question that failed. */
export const adviceOn = (endpoint: AmilonEndpoint, { why, detail }: Failure): string => {
  const known = byDetail.find(([pattern]) => pattern.test(detail))?.[1];
  const advice = known ?? (why === 'not_found' ? notFound[endpoint] : undefined) ?? byWhy[why];
  return advice.replaceAll('URL', (word, at: number) =>
    advice.slice(0, at).endsWith('TOKEN_') ? word : endpoint === 'token' ? 'AMILON_TOKEN_URL' : 'AMILON_BASE_URL',
  );
};
