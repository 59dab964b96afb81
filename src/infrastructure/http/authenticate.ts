import type { Provenance } from '../../application/command-handling.ts';
import type { Actor } from '../../application/ports/event-store.ts';
import type { Caller } from './api-keys.ts';
import { Problem } from './problems.ts';
import type { Asked } from './route.ts';
import type { Scope } from './scopes.ts';
import type { HttpServices } from './services.ts';

const REALM = 'Bearer realm="voucher-orders"';

/** @throws Problem 401 without a valid key, 403 where the key lacks the scope. */
export const authenticate = async (
  { apiKeys, clock }: Pick<HttpServices, 'apiKeys' | 'clock'>,
  authorization: string | undefined,
  scope: Scope,
): Promise<Caller> => {
  const key = /^Bearer +([\x21-\x7e]{1,200}) *$/i.exec(authorization ?? 'none')?.[1];
  if (key === undefined) {
    throw new Problem('unauthorized', {
      detail: 'Send the key as: Authorization: Bearer <key>',
      headers: { 'WWW-Authenticate': REALM },
    });
  }
  const caller = await apiKeys.find(key, clock.now());
  if (caller === undefined) {
    throw new Problem('unauthorized', {
      detail: 'The key is unknown, or it has expired.',
      headers: { 'WWW-Authenticate': `${REALM}, error="invalid_token"` },
    });
  }
  requireScope(caller, scope);
  return caller;
};

/** @throws Problem 403 where the key lacks the scope. */
export const requireScope = (caller: Caller, scope: Scope): void => {
  if (caller.scopes.has(scope)) return;
  throw new Problem('insufficient_scope', {
    detail: `The key lacks the scope ${scope}.`,
    headers: { 'WWW-Authenticate': `${REALM}, error="insufficient_scope", scope="${scope}"` },
  });
};

/** In whose name the request acts; kept with every event it causes. */
export const provenanceOf = (asked: Asked<unknown>, type: Actor['type'] = 'client'): Provenance => ({
  actor: { type, id: asked.caller.keyId },
  tenant: asked.caller.tenant,
  correlation: asked.requestId,
  causation: asked.requestId,
  ...(asked.traceparent === undefined ? {} : { traceparent: asked.traceparent }),
});
