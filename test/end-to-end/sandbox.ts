import type { ServiceProcess } from './process.ts';

/** Where the sandbox of a service listens, as its banner says. */
export const sandboxOf = (service: Pick<ServiceProcess, 'text'>): string =>
  /SANDBOX at (http:\/\/\S+)/.exec(service.text())?.[1] ?? 'no sandbox in the banner';

interface SandboxPurchase {
  readonly externalOrderId: string;
  readonly bought: number;
}

interface SandboxCall {
  readonly endpoint: string;
  readonly externalOrderId?: string;
  readonly answer: string;
}

/** What was bought, by the sandbox's own count. */
export const sandboxPurchases = (url: string): Promise<readonly SandboxPurchase[]> => told(url, 'purchases');

/** The newest calls that it answered, or did not. */
export const sandboxCalls = (url: string): Promise<readonly SandboxCall[]> => told(url, 'calls');

const told = async <T>(url: string, what: string): Promise<T> =>
  (await (await fetch(new URL(`/_sandbox/${what}`, url))).json()) as T;
