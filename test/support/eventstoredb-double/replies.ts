import type { Metadata, ServiceError, status as Status } from '@grpc/grpc-js';
import type { Code } from '@eventstore/db-client/generated/code_pb.js';
import type { StreamIdentifier } from '@eventstore/db-client/generated/shared_pb.js';
import type { BatchAppendResp, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { type Expected, MAX_APPEND_SIZE, type Outcome, type Stored } from './log.ts';
import { AnyMessage, codes, GoogleEmptyMessage, grpc, shared, statuses, streams } from './wire.ts';

const text = new TextDecoder();

const identifier = (stream: string): StreamIdentifier =>
  new shared.StreamIdentifier().setStreamName(new TextEncoder().encode(stream));

export const nameOf = (id: StreamIdentifier | undefined): string => text.decode(id?.getStreamName_asU8());

/** An error as the server ends a call with it; what is wrong stands in the trailers. */
export const failure = (
  code: Status,
  details: string,
  trailers: Readonly<Record<string, string>> = {},
): ServiceError => {
  const metadata: Metadata = new grpc.Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
};

export const deleted = (stream: string): ServiceError =>
  failure(grpc.status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });
export const denied = (): ServiceError =>
  failure(grpc.status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
export const unavailable = (): ServiceError => failure(grpc.status.UNAVAILABLE, 'the double breaks off');
export const aborted = (): ServiceError => failure(grpc.status.ABORTED, 'Server Is Not Ready');
export const tooLarge = (): ServiceError =>
  failure(grpc.status.INVALID_ARGUMENT, `Maximum Append Size of ${String(MAX_APPEND_SIZE)} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(MAX_APPEND_SIZE),
  });

export const eventReply = (event: Stored): ReadResp => {
  const position = String(event.position);
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(event.id))
    .setStreamIdentifier(identifier(event.stream))
    .setStreamRevision(String(event.revision))
    .setPreparePosition(position)
    .setCommitPosition(position)
    .setData(event.data)
    .setCustomMetadata(event.metadata);
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.json ? 'application/json' : 'application/octet-stream')
    .set('created', String(event.created * 10_000));
  const read = new streams.ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(position);
  return new streams.ReadResp().setEvent(read);
};

export const notFoundReply = (stream: string): ReadResp =>
  new streams.ReadResp().setStreamNotFound(
    new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifier(stream)),
  );
export const confirmationReply = (): ReadResp =>
  new streams.ReadResp().setConfirmation(
    new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(crypto.randomUUID()),
  );
export const caughtUpReply = (): ReadResp => new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());
export const checkpointReply = (position: number): ReadResp =>
  new streams.ReadResp().setCheckpoint(
    new streams.ReadResp.Checkpoint().setCommitPosition(String(position)).setPreparePosition(String(position)),
  );

const status = (code: Code, message: string, details: Uint8Array, type: string) => {
  const any = new AnyMessage();
  any.pack(details, `event_store.client.${type}`);
  return new statuses.Status().setCode(code).setMessage(message).setDetails(any);
};

const wrongVersion = (current: number | 'no_stream', expected: Expected) => {
  const wrong = new shared.WrongExpectedVersion();
  const nothing = new GoogleEmptyMessage();
  if (current === 'no_stream') wrong.setCurrentNoStream(nothing);
  else wrong.setCurrentStreamRevision(String(current));
  if (expected === 'no_stream') wrong.setExpectedNoStream(nothing);
  else if (expected === 'any') wrong.setExpectedAny(nothing);
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(nothing);
  else wrong.setExpectedStreamPosition(String(expected));
  return status(codes.Code.ALREADY_EXISTS, 'WrongExpectedVersion', wrong.serializeBinary(), 'WrongExpectedVersion');
};

export const batchReply = (stream: string, outcome: Outcome, expected: Expected): BatchAppendResp => {
  const reply = new streams.BatchAppendResp().setStreamIdentifier(identifier(stream));
  switch (outcome.is) {
    case 'written': {
      const position = new shared.AllStreamPosition()
        .setCommitPosition(String(outcome.position))
        .setPreparePosition(String(outcome.position));
      const success = new streams.BatchAppendResp.Success();
      return reply.setSuccess(success.setCurrentRevision(String(outcome.revision)).setPosition(position));
    }
    case 'wrong':
      return reply.setError(wrongVersion(outcome.current, expected));
    case 'deleted': {
      const details = new shared.StreamDeleted().setStreamIdentifier(identifier(stream)).serializeBinary();
      return reply.setError(status(codes.Code.NOT_FOUND, 'StreamDeleted', details, 'StreamDeleted'));
    }
    case 'too large': {
      const details = new shared.MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_SIZE).serializeBinary();
      return reply.setError(status(codes.Code.INVALID_ARGUMENT, 'TooLarge', details, 'MaximumAppendSizeExceeded'));
    }
  }
};

export const deniedReply = (stream: string): BatchAppendResp =>
  new streams.BatchAppendResp()
    .setStreamIdentifier(identifier(stream))
    .setError(
      status(codes.Code.PERMISSION_DENIED, 'Denied', new shared.AccessDenied().serializeBinary(), 'AccessDenied'),
    );

// Seen on 23.10: details of a type that the client does not know.
export const notReadyReply = (stream: string): BatchAppendResp =>
  new streams.BatchAppendResp()
    .setStreamIdentifier(identifier(stream))
    .setError(status(codes.Code.UNAVAILABLE, 'Server Is Not Ready', new Uint8Array(), 'NotReady'));
