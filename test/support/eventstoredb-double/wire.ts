import { createRequire } from 'node:module';
import type * as Grpc from '@grpc/grpc-js';
import type * as Any from 'google-protobuf/google/protobuf/any_pb.js';
import type * as GoogleEmpty from 'google-protobuf/google/protobuf/empty_pb.js';
import codes from '@eventstore/db-client/generated/code_pb.js';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';

// The client's own copies: another copy of google-protobuf does not know its messages.
const ofClient = createRequire(createRequire(import.meta.url).resolve('@eventstore/db-client'));

export const grpc = ofClient('@grpc/grpc-js') as typeof Grpc;
const { Any: AnyMessage } = ofClient('google-protobuf/google/protobuf/any_pb.js') as typeof Any;
const { Empty } = ofClient('google-protobuf/google/protobuf/empty_pb.js') as typeof GoogleEmpty;

export {
  AnyMessage,
  codes,
  Empty as GoogleEmptyMessage,
  features,
  featuresService,
  gossip,
  gossipService,
  shared,
  statuses,
};
export { streams, streamsService };
