import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { type Reply, type SandboxCall, json, problem } from './calls.ts';

/** Who may call, and under which contract. */
export interface SandboxAccess {
  readonly contractId: string;
  readonly credentials: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly username: string;
    readonly password: string;
  };
}

/** Nobody's secrets: the sandbox is open to whoever can reach it. */
export const openAccess: SandboxAccess = {
  contractId: '5a4d0b0c-0000-4000-8000-0000000000c0',
  credentials: { clientId: 'sandbox', clientSecret: 'sandbox', username: 'sandbox', password: 'sandbox' },
};

const LIFE_SECONDS = 300;
const BEARER = /^Bearer ((\d+)\.[0-9a-f-]+)\.([\w-]+)$/;

export interface Door {
  /** The password grant, form-encoded. */
  grant(call: SandboxCall, now: number): Reply;
  /** `undefined` for a token that was given here and has not ended; else the 401. */
  refusal(call: SandboxCall, now: number): Reply | undefined;
}

/** Tokens carry their own end and a keyed hash, so a restart forgets none. */
export const createDoor = (seed: string, { credentials }: SandboxAccess): Door => {
  const mac = (text: string): string => createHmac('sha256', `token ${seed}`).update(text).digest('base64url');
  const token = (now: number): string => {
    const claims = `${String(now + LIFE_SECONDS * 1_000)}.${randomUUID()}`;
    return `${claims}.${mac(claims)}`;
  };
  const valid = (bearer: string, now: number): boolean => {
    const [, claims, end, signature] = BEARER.exec(bearer) ?? [];
    if (claims === undefined || signature === undefined) return false;
    return same(signature, mac(claims)) && now < Number(end);
  };
  return {
    grant: (call, now) => {
      const error = grantError(call, credentials);
      if (error !== undefined) return error;
      return json(200, { access_token: token(now), expires_in: LIFE_SECONDS, token_type: 'Bearer', scope: 'api' });
    },
    refusal: ({ authorization }, now) =>
      authorization !== undefined && valid(authorization, now)
        ? undefined
        : problem(401, 'Unauthorized', 'Authorization has been denied for this request'),
  };
};

const grantError = (
  { contentType, body }: SandboxCall,
  { clientId, clientSecret, username, password }: SandboxAccess['credentials'],
): Reply | undefined => {
  if (contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    return oauthError(400, 'invalid_request', 'The body must be form-encoded');
  }
  const form = new URLSearchParams(body);
  const are = (expected: Record<string, string>): boolean =>
    Object.entries(expected).every(([field, value]) => form.get(field) === value);
  if (!are({ grant_type: 'password' })) return oauthError(400, 'unsupported_grant_type', 'Only password is supported');
  if (!are({ client_id: clientId, client_secret: clientSecret })) {
    return oauthError(401, 'invalid_client', 'Client authentication failed');
  }
  return are({ username, password }) ? undefined : oauthError(401, 'invalid_grant', 'Invalid username or password');
};

const oauthError = (status: number, error: string, description: string): Reply =>
  json(status, { error, error_description: description });

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
