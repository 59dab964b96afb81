import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A service as this project writes it. */
export interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly volumes: readonly string[];
}

export interface ComposeFile {
  readonly services: Readonly<Record<'voucher-orders' | 'keys' | 'eventstoredb' | 'mongodb' | 'kafka', ComposeService>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** The file's content, anchors and merge keys resolved as Compose does; whether it is one is for a test to say. */
export const readComposeFile = (): unknown => parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true });
