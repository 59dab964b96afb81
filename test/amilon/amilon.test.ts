import { createServer } from 'node:http';
import { describe } from '@jest/globals';
import { createAmilonClient } from '../../src/infrastructure/amilon/client/client.ts';
import type { CallNote } from '../../src/application/ports/amilon-watch.ts';
import { createMemoryAmilon } from '../../src/infrastructure/amilon/memory.ts';
import { createSandboxApp } from '../../src/infrastructure/amilon/sandbox/app.ts';
import { sandboxAccess } from '../../src/infrastructure/amilon/sandbox/start.ts';
import { createSandboxWorld } from '../../src/infrastructure/amilon/sandbox/world.ts';
import { createVirtualClock } from '../../src/infrastructure/clock/virtual.ts';
import { toEpochMs } from '../../src/domain/shared/instant.ts';
import { amilonContract } from '../contracts/amilon.contract.ts';
import { listening } from './listening.ts';
import { START, recordingLog } from './support.ts';

describe('the sandbox over HTTP', () => {
  amilonContract(async () => {
    const clock = createVirtualClock(START);
    const exchanges: CallNote[] = [];
    const now = () => toEpochMs(clock.now());
    const world = createSandboxWorld({ now });
    const { url, stop } = await listening(createServer(createSandboxApp(world)));
    return {
      subject: createAmilonClient({
        ...sandboxAccess(url),
        clock,
        monotonic: now,
        log: recordingLog().log,
        // Only what hangs on purpose ever takes so long.
        deadlines: { create: 1_500, categories: 1_500 },
        onCall: (note) => exchanges.push(note),
      }),
      world,
      now: () => clock.now(),
      advance: (ms) => clock.advance(ms),
      patiently: (call) => call,
      cut: stop,
      exchanges,
      close: async () => {
        await stop();
        world.close();
      },
    };
  });
});

describe('in memory', () => {
  amilonContract(async () => {
    const clock = createVirtualClock(START);
    const exchanges: CallNote[] = [];
    const memory = createMemoryAmilon({
      clock,
      log: recordingLog().log,
      onCall: (note) => exchanges.push(note),
    });
    return {
      subject: memory.amilon,
      world: memory.world,
      now: () => clock.now(),
      advance: (ms) => clock.advance(ms),
      patiently: async (call) => {
        await clock.advance(60_000);
        return call;
      },
      cut: async () => memory.cut(),
      exchanges,
      close: () => memory.close(),
    };
  });
});
