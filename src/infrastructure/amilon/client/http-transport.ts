import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import axios, { type AxiosRequestConfig, type AxiosResponse } from 'axios';
import type { Clock } from '../../../application/ports/clock.ts';
import { elapsed, type Ms } from '../../../domain/shared/instant.ts';
import type { Deadlines } from './deadlines.ts';
import { type Exchange, type Lane, type Transport, type UpstreamRequest, endpoints } from './transport.ts';

export interface HttpTransportOptions {
  readonly baseUrl: string;
  readonly tokenUrl: string;
  readonly deadlines: Deadlines;
  readonly clock: Clock;
}

/** @throws RangeError for a URL that is neither https nor loopback (amilon.md trap 28). */
export const createHttpTransport = (options: HttpTransportOptions): Transport => {
  // Without the slash the last part of the base would be replaced instead of continued (amilon.md trap 29).
  const base = secureUrl(options.baseUrl.replace(/\/*$/, '/'));
  const token = secureUrl(options.tokenUrl);
  const agents = createAgents();

  return async (request) => {
    const window = request.sendBefore === undefined ? undefined : elapsed(options.clock.now(), request.sendBefore);
    if (window !== undefined && window <= 0) return { is: 'too_late' };
    const { endpoint } = request;
    const url = endpoint === 'token' ? token : urlOf(base, request);
    const wire = watchedTransport(url.protocol === 'https:' ? https : http, window);
    try {
      const response = await axios.request<string>({
        ...fixedTerms,
        ...agents[endpoints[endpoint].lane],
        method: endpoints[endpoint].method,
        url: url.href,
        headers: headersOf(request),
        data: request.body,
        transport: wire,
        signal: AbortSignal.timeout(options.deadlines[endpoint]),
      });
      return answered(response, options.clock);
    } catch (error) {
      return failureOf(error, wire);
    } finally {
      wire.done();
    }
  };
};

// The error holds headers and body, hence token and password: nothing of it but its kind goes on.
const failureOf = (error: unknown, wire: WatchedTransport): Exchange => {
  if (wire.sent()) return { is: axios.isCancel(error) ? 'timeout' : 'reset' };
  return wire.late() ? { is: 'too_late' } : { is: 'not_sent', ...reasonOf(error) };
};

/** The system's own word for it, and nothing longer. */
const reasonOf = (error: unknown): { readonly reason?: string } => {
  if (axios.isCancel(error)) return { reason: 'DEADLINE' };
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'none';
  return /^[A-Z][A-Z0-9_]{2,40}$/.test(code) ? { reason: code } : {};
};

const fixedTerms: AxiosRequestConfig<string> = {
  adapter: 'http',
  // A 307 or 308 would send a purchase again, and a token to another host (amilon.md traps 13 and 28).
  maxRedirects: 0,
  proxy: false,
  responseType: 'text',
  transformRequest: [(data: string) => data],
  transformResponse: [(data: string) => data],
  validateStatus: () => true,
  maxContentLength: 64 * 1024 * 1024,
};

type Agents = Pick<AxiosRequestConfig, 'httpAgent' | 'httpsAgent'>;

const createAgents = (): { readonly [L in Lane]: Agents } => {
  const lane = (options: { keepAlive: boolean; maxSockets?: number }): Agents => ({
    httpAgent: new http.Agent(options),
    httpsAgent: new https.Agent(options),
  });
  return {
    token: lane({ keepAlive: false }),
    // A kept connection that the other side closes meanwhile ends as a reset: for a purchase that is ambiguous.
    create: lane({ keepAlive: false }),
    read: lane({ keepAlive: true }),
    sync: lane({ keepAlive: true, maxSockets: 2 }),
  };
};

type WatchedTransport = ReturnType<typeof watchedTransport>;

/**
 * Node's own client, watched, which follows no redirect: bytes leave only once the connection stands (with TLS: after the handshake), so what
 * fails before was certainly not sent. A connection that does not stand within `window` is given up.
 */
const watchedTransport = (client: typeof http | typeof https, window: Ms | undefined) => {
  let sent = false;
  let late = false;
  let timer: NodeJS.Timeout | undefined;
  return {
    sent: () => sent,
    late: () => late,
    done: () => clearTimeout(timer),
    request: (options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest => {
      const request = client.request(options, onResponse);
      request.once('socket', (socket) => {
        if (request.reusedSocket) sent = true;
        else socket.once(client === https ? 'secureConnect' : 'connect', () => (sent = true));
      });
      if (window === undefined) return request;
      timer = setTimeout(() => {
        if (sent) return;
        late = true;
        request.destroy(new Error('too late to send'));
      }, window);
      return request;
    },
  };
};

const headersOf = ({ endpoint, bearer, body }: UpstreamRequest): Record<string, string> => ({
  Accept: 'application/json',
  'User-Agent': 'voucher-orders',
  ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
  ...(body === undefined
    ? {}
    : { 'Content-Type': endpoint === 'token' ? 'application/x-www-form-urlencoded' : 'application/json' }),
});

const urlOf = (base: URL, { endpoint, params }: UpstreamRequest): URL => {
  const encoded = {
    contractId: encodeURIComponent(params.contractId),
    culture: encodeURIComponent(params.culture),
    externalOrderId: encodeURIComponent(params.externalOrderId),
  };
  return new URL(`b2bwebapi/v1/${endpoints[endpoint].path(encoded)}`, base);
};

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

const secureUrl = (text: string): URL => {
  const url = new URL(text);
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!secure) throw new RangeError(`Amilon is reached by https only, this is not: ${url.origin}`);
  return url;
};

const answered = (response: AxiosResponse<string>, clock: Clock): Exchange => {
  const headers = response.headers as Record<string, unknown>;
  const wait = retryAfterOf(headers['retry-after'], clock);
  return {
    is: 'answered',
    status: response.status,
    contentType: typeof headers['content-type'] === 'string' ? headers['content-type'] : '',
    body: response.data,
    ...(wait === undefined ? {} : { retryAfter: wait }),
  };
};

const LONGEST_WAIT: Ms = 3_600_000;

/** Seconds or an HTTP date; never longer than an hour, so that a nonsense header does not stop an order for ever. */
const retryAfterOf = (header: unknown, clock: Clock): Ms | undefined => {
  if (typeof header !== 'string') return undefined;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.parse(clock.now());
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_WAIT);
};
