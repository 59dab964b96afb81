import type { Ms } from '../../../domain/shared/instant.ts';

export const sandboxEndpoints = ['token', 'contract', 'products', 'merchants', 'categories', 'create', 'read'] as const;
export type SandboxEndpoint = (typeof sandboxEndpoints)[number];

/** Amilon's wire as the report writes it, or as it was seen (amilon.md section 2). */
export const wireForms = ['report', 'observed'] as const;
export type WireForm = (typeof wireForms)[number];

/** One request, as it came over the wire. */
export interface SandboxCall {
  readonly endpoint: SandboxEndpoint;
  /** Of the path, decoded; empty where the path has none. */
  readonly params: { readonly contractId: string; readonly culture: string; readonly externalOrderId: string };
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}

export interface Answer {
  readonly is: 'answer';
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly retryAfterSeconds?: number;
}

/** `hang` never answers; `reset` breaks the connection. */
export type Reply = Answer | { readonly is: 'hang' } | { readonly is: 'reset' };

export type DelayedReply = Reply & { readonly latency: Ms };

export const hang: Reply = { is: 'hang' };
export const reset: Reply = { is: 'reset' };

export const json = (status: number, body: unknown): Answer => ({
  is: 'answer',
  status,
  contentType: 'application/json; charset=utf-8',
  body: JSON.stringify(body),
});

export const html = (status: number, title: string): Answer => ({
  is: 'answer',
  status,
  contentType: 'text/html; charset=utf-8',
  body: `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`,
});

/** An error as the report writes them. */
export const problem = (status: number, error: string, message: string): Answer => json(status, { error, message });

/** An error as they were seen on the wire. */
export const coded = (status: number, code: string, message: string): Answer =>
  json(status, { ErrorCode: code, Message: message, ModelErrors: [] });
