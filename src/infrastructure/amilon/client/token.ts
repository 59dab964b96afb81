import type { Log } from '../../../application/ports/log.ts';
import type { Ms } from '../../../domain/shared/instant.ts';
import type { NoteDrift } from './drift.ts';
import { type Fault, detailOf, readFault } from './errors.ts';
import { type Answered, type Exchange, type PathParams, type Transport, unansweredWords } from './transport.ts';
import { isWireObject, parseWire } from './wire.ts';

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly username: string;
  readonly password: string;
}

type TokenAnswer =
  | { readonly is: 'token'; readonly token: string }
  /** `detail` is for logs and people. */
  | {
      readonly is: 'none';
      readonly why: 'no_token' | 'unauthorized';
      readonly detail: string;
      readonly retryAfter: Ms;
    };

export interface Tokens {
  /** The current token; asks for one when there is none or it is about to end. However many ask, one call is made. */
  current(): Promise<TokenAnswer>;
  /** Amilon refused this token. `stale`: another one is current already, so the same call may simply go again. */
  refused(token: string): 'stale' | 'was_current';
}

export interface TokenOptions {
  readonly transport: Transport;
  readonly params: PathParams;
  readonly credentials: Credentials;
  /** A clock that only goes forward, in milliseconds. */
  readonly monotonic: () => Ms;
  readonly log: Log;
  readonly drift: NoteDrift;
}

/** The password grant (amilon.md traps 24 to 28); the token is only ever in memory. */
export const createTokens = (options: TokenOptions): Tokens => {
  let held: { readonly token: string; readonly until: Ms } | undefined;
  let failed: { readonly answer: Extract<TokenAnswer, { is: 'none' }>; readonly until: Ms } | undefined;
  let asking: Promise<TokenAnswer> | undefined;

  const ask = async (): Promise<TokenAnswer> => {
    const { transport, params, monotonic } = options;
    const sentAt = monotonic();
    const exchange = await transport({ endpoint: 'token', params, body: formOf(options.credentials) });
    const granted = exchange.is === 'answered' ? grantIn(exchange, options.drift) : undefined;
    if (granted !== undefined) {
      held = { token: granted.token, until: sentAt + lifeOf(granted.expiresIn) };
      failed = undefined;
      return { is: 'token', token: granted.token };
    }
    const answer = failureOf(exchange, options);
    failed = { answer, until: monotonic() + answer.retryAfter };
    return answer;
  };

  return {
    current: async () => {
      const now = options.monotonic();
      if (held !== undefined && now < held.until) return { is: 'token', token: held.token };
      if (failed !== undefined && now < failed.until) return { ...failed.answer, retryAfter: failed.until - now };
      asking ??= ask().finally(() => (asking = undefined));
      return asking;
    },
    refused: (token) => {
      if (held?.token !== token) return 'stale';
      held = undefined;
      return 'was_current';
    },
  };
};

/** A password may hold any character: only a form encoder gets it through (amilon.md trap 27). */
const formOf = ({ clientId, clientSecret, username, password }: Credentials): string =>
  new URLSearchParams({
    grant_type: 'password',
    client_id: clientId,
    client_secret: clientSecret,
    username,
    password,
  }).toString();

const SHORTEST: Ms = 10_000;
const LONGEST: Ms = 240_000;
const MARGIN: Ms = 60_000;

/** How long a token is used, from when it was asked for (amilon.md trap 24). */
const lifeOf = (expiresInSeconds: number): Ms =>
  Math.min(Math.max(expiresInSeconds * 1_000 - MARGIN, SHORTEST), LONGEST);

const grantIn = (
  { status, body }: Answered,
  drift: NoteDrift,
): { readonly token: string; readonly expiresIn: number } | undefined => {
  const wire = status >= 200 && status < 300 ? parseWire(body) : undefined;
  if (!isWireObject(wire) || typeof wire['access_token'] !== 'string') return undefined;
  if (wire['expires_in'] === undefined) drift({ kind: 'missing_field', where: 'token', what: 'expires_in' });
  const seconds = Number(wire['expires_in']);
  return { token: wire['access_token'], expiresIn: Number.isFinite(seconds) ? seconds : 0 };
};

// These heal by themselves; any other `error` counts as one about the credentials: asking again may lock the account.
const passing = new Set(['server_error', 'temporarily_unavailable', 'slow_down']);
const AFTER_REFUSAL: Ms = 900_000;
const AFTER_FAILURE: Ms = 5_000;
/** Whatever the token host asks for: every waiting order asks for a token again. */
const SHORTEST_PAUSE: Ms = 1_000;

/** Decided on `error`, not on the status (amilon.md trap 26). */
const failureOf = (exchange: Exchange, { log, drift }: TokenOptions): Extract<TokenAnswer, { is: 'none' }> => {
  if (exchange.is !== 'answered') {
    const detail = unansweredWords(exchange);
    log.error({ endpoint: 'token', outcome: detail }, 'Amilon gave no token');
    return { is: 'none', why: 'no_token', detail, retryAfter: AFTER_FAILURE };
  }
  const fault = readFault(exchange.body, exchange.contentType);
  const detail = detailOf(exchange, fault);
  noteError(fault, drift);
  const outcome = { endpoint: 'token', status: exchange.status, form: fault.form, error: fault.error?.slice(0, 80) };
  if (refusesCredentials(exchange, fault)) {
    log.error(outcome, 'Amilon refuses the credentials: not asked again for 15 minutes, an account may lock');
    return { is: 'none', why: 'unauthorized', detail, retryAfter: Math.max(exchange.retryAfter ?? 0, AFTER_REFUSAL) };
  }
  log.error(outcome, 'Amilon gave no token');
  const retryAfter = Math.max(exchange.retryAfter ?? AFTER_FAILURE, SHORTEST_PAUSE);
  return { is: 'none', why: 'no_token', detail, retryAfter };
};

const aboutUs = new Set([
  ...['invalid_request', 'invalid_client', 'invalid_grant'],
  ...['unauthorized_client', 'unsupported_grant_type', 'invalid_scope'],
]);

const noteError = ({ error }: Fault, drift: NoteDrift): void => {
  if (error === undefined || aboutUs.has(error) || passing.has(error)) return;
  drift({ kind: 'unknown_code', where: 'token', what: error.slice(0, 40) });
};

/** Turned away for the moment: only an `error` that OAuth knows says more than that. */
const busy = new Set([408, 425, 429]);

const refusesCredentials = ({ status }: Answered, { error }: Fault): boolean => {
  if (status >= 500 || error === undefined || passing.has(error)) return false;
  return aboutUs.has(error) || !busy.has(status);
};
