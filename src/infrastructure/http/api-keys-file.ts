import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { TenantId } from '../../domain/shared/ids.ts';
import { isInstant } from '../../domain/shared/instant.ts';
import type { Instant } from '../../domain/shared/instant.ts';
import { scopeSchema } from './scopes.ts';

const time = z.custom<Instant>((value) => typeof value === 'string' && isInstant(value));
const tenant = z.string().transform((text, context) => {
  try {
    return TenantId(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'not a tenant' });
    return z.NEVER;
  }
});

const apiKeyRecord = z.strictObject({
  id: z.string().regex(/^[a-z0-9]{1,32}$/),
  /** Of the whole key, lower-case hex; the key itself is nowhere. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  tenant,
  scopes: z.array(scopeSchema),
  createdAt: time,
  expiresAt: time.exactOptional(),
});

export type ApiKeyRecord = z.output<typeof apiKeyRecord>;

/** @throws SyntaxError where the file is not what this service writes; names no content of it. */
const parseApiKeys = (text: string, file: string): readonly ApiKeyRecord[] => {
  const parsed = z.array(apiKeyRecord).safeParse(jsonOf(text, file));
  if (parsed.success) return parsed.data;
  const at = parsed.error.issues.map((issue) => `/${issue.path.join('/')}`);
  throw new SyntaxError(`${file} is not a list of API keys: see ${[...new Set(at)].join(', ')}`);
};

const jsonOf = (text: string, file: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError(`${file} is not JSON`);
  }
};

/** None where the file does not exist. @throws SyntaxError, and what reading throws. */
export const readApiKeys = async (file: string): Promise<readonly ApiKeyRecord[]> => {
  try {
    return parseApiKeys(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
};

export const isMissing = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';

/** Durable, readable by the owner only, and never half there: a reader sees the old list or the new one. */
export const writeApiKeys = async (file: string, keys: readonly ApiKeyRecord[]): Promise<void> => {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(keys, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
};
