import { z } from 'zod';
import { createHintCheck } from '../hint-signature.ts';
import type { Checked } from '../hint-signature.ts';
import { Problem } from '../problems.ts';
import { publicRoute } from '../route.ts';
import { externalOrderId } from '../schemas/values.ts';

const hint = z.looseObject({ externalOrderId: externalOrderId.exactOptional() });

/** Amilon's webhook: a signed hint that wakes the poll of one order, never a source of facts (amilon.md section 5). */
export const takeAmilonHint = publicRoute(
  {
    method: 'POST',
    path: '/v1/amilon/webhooks',
    summary: 'Amilon has news of an order: it is read there now',
    headers: {
      'X-Amilon-Timestamp': z.string().describe('Seconds since 1970, within 5 minutes of now').exactOptional(),
      'X-Amilon-Signature': z
        .string()
        .describe('`sha256=` and the hex of HMAC-SHA256 over `{timestamp}.{body}` under the shared secret')
        .exactOptional(),
    },
    query: z.strictObject({}),
    body: hint,
    responses: { 202: 'no body' },
    problems: ['not_found', 'invalid_signature'],
  },
  ({ amilonHints: hints, clock }) => {
    if (hints === undefined)
      return () => Promise.reject(new Problem('not_found', { detail: 'No secret is configured.' }));
    const signatures = createHintCheck(hints.secret);
    return async ({ header, body, bytes }) => {
      const signed = {
        timestamp: header('X-Amilon-Timestamp'),
        signature: header('X-Amilon-Signature'),
        body: bytes,
      };
      const checked = signatures.check(signed, clock.now());
      const wrong = refusals[checked];
      if (wrong !== undefined) throw new Problem('invalid_signature', { detail: wrong });
      // What names no order of ours is no mistake of the sender's.
      const id = hint.safeParse(body).data?.externalOrderId;
      if (checked === 'new' && id !== undefined) {
        await hints.wake(id).catch((error: unknown) => {
          signatures.forget(signed);
          throw error;
        });
      }
      return { status: 202 };
    };
  },
);

const refusals: { readonly [C in Checked]: string | undefined } = {
  new: undefined,
  repeat: undefined,
  not_signed: 'Send X-Amilon-Timestamp (seconds since 1970) and X-Amilon-Signature (sha256=<hex>).',
  wrong_signature: 'X-Amilon-Signature is not HMAC-SHA256 of "{timestamp}.{body}" under the shared secret.',
  out_of_time: 'X-Amilon-Timestamp is more than 5 minutes away from now.',
};
