import { closeSync, existsSync, fdatasync, openSync, readFileSync, truncateSync, write } from 'node:fs';
import { promisify } from 'node:util';
import type { Keep, Proposed, Write } from './log.ts';

const writeTo = promisify(write) as (fd: number, text: string) => Promise<unknown>;
const sync = promisify(fdatasync);

interface Line {
  readonly stream: string;
  readonly events: readonly (Omit<Proposed, 'data' | 'metadata'> & {
    readonly data: string;
    readonly metadata: string;
  })[];
}

const lineOf = ({ stream, events }: Write): string => {
  const line: Line = {
    stream,
    events: events.map((event) => ({
      ...event,
      data: Buffer.from(event.data).toString('base64'),
      metadata: Buffer.from(event.metadata).toString('base64'),
    })),
  };
  return `${JSON.stringify(line)}\n`;
};

const writeOf = (line: string): Write => {
  const { stream, events } = JSON.parse(line) as Line;
  return {
    stream,
    events: events.map((event) => ({
      ...event,
      data: Buffer.from(event.data, 'base64'),
      metadata: Buffer.from(event.metadata, 'base64'),
    })),
  };
};

/** The writes of a log file, and how to add to it: one line for each write, on disk before it is answered. */
export const openLogFile = (
  file: string,
): { readonly before: readonly Write[]; readonly keep: Keep; close(): void } => {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  // A line that a kill cut off was never answered.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
  const fd = openSync(file, 'a');
  return {
    before: whole.split('\n').slice(0, -1).map(writeOf),
    keep: async (writes) => {
      if (writes.length === 0) return;
      await writeTo(fd, writes.map(lineOf).join(''));
      await sync(fd);
    },
    close: () => closeSync(fd),
  };
};
