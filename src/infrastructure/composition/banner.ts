import path from 'node:path';
import type { Config } from '../config/config.ts';
import { dataFolder } from './data-folder.ts';
import type { RunningService } from './service.ts';

/** What a start says: what it uses, and what to try next. Never a key itself (design 1). */
export const banner = (config: Config, { url, uses, devApiKey }: RunningService): string => {
  const parts = Object.entries(uses).map(([port, use]) => `  ${port.padEnd(14)} ${use}`);
  return ['', `voucher-orders listens on ${url}`, ...parts, ...firstSteps(config, url, devApiKey), '', ''].join('\n');
};

const firstSteps = (config: Config, url: string, devApiKey: boolean): readonly string[] => {
  if (!devApiKey) return ['', 'Clients need an API key: npm run keys:create -- --help'];
  const { devApiKey: file } = dataFolder(config.dataDir);
  const near = path.relative(process.cwd(), file);
  const key = near.startsWith('..') ? file : near;
  const auth = `-H "Authorization: Bearer $(cat ${shellWord(key)})"`;
  return [
    '',
    'Order a first voucher, and wait for it:',
    '',
    `  curl -sS ${url}/v1/orders ${auth} -H "Idempotency-Key: first-$(date +%s)" -H "Prefer: wait=15" -H "Content-Type: application/json" -d '{"lines":[{"productCode":"AMAZON_50_EUR","quantity":1}]}'`,
    '',
    'Then see the vouchers, masked; each can be revealed at its id:',
    '',
    `  curl -sS ${url}/v1/vouchers ${auth}`,
    '',
    `All there is, to read and to try out: ${url}/docs`,
  ];
};

const shellWord = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
