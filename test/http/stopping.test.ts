import { once } from 'node:events';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { scratchFiles } from '../support/scratch.ts';
import { startTestService } from '../support/test-service.ts';
import type { TestService } from '../support/test-service.ts';

const files = scratchFiles();
const body = JSON.stringify({ lines: [{ productCode: 'SIM_NEVER', quantity: 1 }] });

/** A request that the server has in hand, but for its body. */
const begin = async (service: TestService, headers: Readonly<Record<string, string>> = {}): Promise<ClientRequest> => {
  const begun = request(new URL('/v1/orders', service.url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await service.key()}`,
      'content-type': 'application/json',
      'content-length': String(body.length),
      'idempotency-key': 'key-1',
      expect: '100-continue',
      ...headers,
    },
  });
  begun.flushHeaders();
  await once(begun, 'continue');
  return begun;
};

const finish = async (
  begun: ClientRequest,
): Promise<{ readonly status: unknown; readonly closes: unknown; readonly order: object }> => {
  begun.end(body);
  const [response] = (await once(begun, 'response')) as [IncomingMessage];
  const order = JSON.parse(await text(response)) as object;
  return { status: response.statusCode, closes: response.headers.connection, order };
};

describe('a service that stops', () => {
  it('finishes what is in hand, refuses what is new, and then is gone', async () => {
    const service = await startTestService({ files });
    const begun = await begin(service);
    const stopped = service.stop();
    const refused = await fetch(`${service.url}/v1/orders`, { headers: { 'x-request-id': 'mine' } });
    expect([refused.status, refused.headers.get('connection'), refused.headers.get('retry-after')]).toEqual([
      503,
      'close',
      '1',
    ]);
    expect(await refused.json()).toMatchObject({ code: 'stopping', status: 503, retryable: true });
    expect(await finish(begun)).toMatchObject({ status: 202, closes: 'close', order: { status: 'pending' } });
    await stopped;
    await expect(fetch(`${service.url}/livez`)).rejects.toThrow();
  });

  it('answers a request that waits with what is known', async () => {
    const service = await startTestService({ files });
    const begun = await begin(service, { prefer: 'wait=30' });
    const answer = finish(begun);
    await service.stop();
    expect(await answer).toMatchObject({ status: 202, order: { status: 'pending' } });
  });

  it('cuts off what is not finished in time', async () => {
    const service = await startTestService({ files });
    const begun = await begin(service);
    const cut = once(begun, 'error');
    const stopped = service.stop();
    await service.clock.advance(20_000);
    await stopped;
    expect(await cut).toMatchObject([{ code: 'ECONNRESET' }]);
  });
});
