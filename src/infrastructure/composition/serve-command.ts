import { Command } from 'commander';
import { readConfig } from '../config/config.ts';
import { createLogger } from '../logging/logger.ts';
import { banner } from './banner.ts';
import { startService } from './service.ts';
import { untilStopped } from './signals.ts';

/** The service: runs until SIGTERM or SIGINT, then finishes what is in hand. */
export const serveCommand = (): Command =>
  new Command('serve').description('runs the service').action(async () => {
    const config = readConfig(process.env);
    const log = createLogger(config.LOG_LEVEL);
    const stopped = untilStopped();
    const service = await startService(config, log);
    process.stdout.write(banner(config, service));
    await stopped;
    log.info({}, 'stopping: no new work is taken, what is in hand is finished');
    await service.stop();
    log.info({}, 'stopped');
  });
