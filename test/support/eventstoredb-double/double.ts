import type { sendUnaryData, Server, ServerUnaryCall } from '@grpc/grpc-js';
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js';
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { Empty } from '@eventstore/db-client/generated/shared_pb.js';
import { createAppends } from './append.ts';
import { type Faults, noFaults, takeOne } from './faults.ts';
import { openLogFile } from './file.ts';
import { createLog } from './log.ts';
import { createRead, type ReadCall } from './read.ts';
import { failure } from './replies.ts';
import { createSubscriptions, type Subscriptions } from './subscribe.ts';
import { features, featuresService, gossip, gossipService, grpc, shared, streamsService } from './wire.ts';

/** A stand-in for an EventStoreDB node (insecure, no projections) that speaks its gRPC. */
export interface EventStoreDbDouble {
  readonly port: number;
  readonly connectionString: string;
  readonly faults: Faults;
  readonly subscriptions: Subscriptions;
  /** How many reads and subscriptions are not over. */
  openReads(): number;
  /** All connections break at once and nobody listens any more; what was written stays. */
  kill(): void;
  /** Listens again, on the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

interface DoubleOptions {
  /** 0 (as without it): any that is free. */
  readonly port?: number;
  /** Keeps what is written in this file: an acknowledged append outlives a `kill -9`. */
  readonly file?: string;
}

const HOST = '127.0.0.1';

const supported = (service: string, method: string, of: string[]) =>
  new features.SupportedMethod().setServiceName(service).setMethodName(method).setFeaturesList(of);

const featureHandlers = (faults: Faults) => ({
  getSupportedMethods: (_call: ServerUnaryCall<Empty, SupportedMethods>, answer: sendUnaryData<SupportedMethods>) => {
    if (takeOne(faults, 'breakFeatures')) {
      answer(failure(grpc.status.INTERNAL, 'the double is broken'));
      return;
    }
    const service = 'event_store.client.streams.streams';
    const methods = [
      supported(service, 'batchappend', ['deadline_duration']),
      supported(service, 'read', ['position', 'events']),
    ];
    answer(null, new features.SupportedMethods().setMethodsList(methods).setEventStoreServerVersion('24.10.0'));
  },
});

const gossipHandlers = (port: () => number) => ({
  read: (_call: ServerUnaryCall<Empty, ClusterInfo>, answer: sendUnaryData<ClusterInfo>) => {
    const leader = new gossip.MemberInfo()
      .setInstanceId(new shared.UUID().setString('00000000-0000-4000-8000-000000000001'))
      .setTimeStamp(String(Date.now() * 10_000))
      .setState(gossip.MemberInfo.VNodeState.LEADER)
      .setIsAlive(true)
      .setHttpEndPoint(new gossip.EndPoint().setAddress(HOST).setPort(port()));
    answer(null, new gossip.ClusterInfo().setMembersList([leader]));
  },
});

export const startEventStoreDbDouble = async (options: DoubleOptions = {}): Promise<EventStoreDbDouble> => {
  const faults = noFaults();
  const kept = options.file === undefined ? undefined : openLogFile(options.file);
  const log = createLog(kept?.before ?? [], kept?.keep ?? (async () => undefined));
  const { follow, subscriptions } = createSubscriptions(log);
  const reads = new Set<ReadCall>();
  const handlers = { ...createAppends(log, faults), read: createRead(log, faults, reads, follow) };
  let port = options.port ?? 0;

  const listen = async (): Promise<Server> => {
    // As on the real server: only so is it seen when a client leaves calls open.
    const server = new grpc.Server({ 'grpc.max_concurrent_streams': 100, 'grpc.max_receive_message_length': -1 });
    server.addService(streamsService.StreamsService, handlers);
    server.addService(featuresService.ServerFeaturesService, featureHandlers(faults));
    server.addService(
      gossipService.GossipService,
      gossipHandlers(() => port),
    );
    port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`${HOST}:${String(port)}`, grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    return server;
  };

  let server = await listen();
  return {
    port,
    connectionString: `esdb://${HOST}:${String(port)}?tls=false`,
    faults,
    subscriptions,
    openReads: () => reads.size,
    kill: () => server.forceShutdown(),
    restart: async () => {
      server = await listen();
    },
    close: async () => {
      server.forceShutdown();
      kept?.close();
    },
  };
};
