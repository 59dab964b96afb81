import type { sendUnaryData, ServerDuplexStream, ServerReadableStream, ServerUnaryCall } from '@grpc/grpc-js';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  DeleteReq,
  DeleteResp,
  TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import { type Faults, takeOne } from './faults.ts';
import type { Expected, Log, Outcome, Proposed } from './log.ts';
import { aborted, batchReply, deleted, denied, deniedReply, failure, nameOf } from './replies.ts';
import { notReadyReply, tooLarge, unavailable } from './replies.ts';
import { grpc, shared, streams } from './wire.ts';

type BatchCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

interface Batch {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: Proposed[];
}

const proposed = (message: BatchAppendReq.ProposedMessage | AppendReq.ProposedMessage): Proposed => ({
  id: uuidOf(message.getId()),
  type: message.getMetadataMap().get('type') ?? 'none',
  json: message.getMetadataMap().get('content-type') === 'application/json',
  created: Date.now(),
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
});

type Uuid = ReturnType<BatchAppendReq['getCorrelationId']>;

const uuidOf = (uuid: Uuid): string => {
  const halves = uuid?.getStructured();
  if (uuid === undefined || halves === undefined) return String(uuid?.getString());
  const hex = [halves.getMostSignificantBits(), halves.getLeastSignificantBits()]
    .map((half) => BigInt.asUintN(64, BigInt(half)).toString(16).padStart(16, '0'))
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

interface WithExpected {
  hasNoStream(): boolean;
  hasAny(): boolean;
  hasStreamExists(): boolean;
}

const expectedOf = (options: WithExpected, revision: string): Expected => {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasAny()) return 'any';
  return options.hasStreamExists() ? 'stream_exists' : Number(revision);
};

export const createAppends = (log: Log, faults: Faults) => {
  const answerBatch = async (call: BatchCall, id: Uuid, { stream, expected, events }: Batch): Promise<void> => {
    if (takeOne(faults, 'silent')) return;
    const reply = (message: BatchAppendResp) => void call.write(message.setCorrelationId(id));
    if (takeOne(faults, 'denied')) {
      reply(deniedReply(stream));
      return;
    }
    if (takeOne(faults, 'notReady')) {
      reply(notReadyReply(stream));
      return;
    }
    log.forgetIds = takeOne(faults, 'forgetIds');
    const outcome = await log.append(stream, expected, events);
    if (takeOne(faults, 'loseReplies')) return void call.emit('error', unavailable());
    if (takeOne(faults, 'swallowReplies')) return;
    if (!call.cancelled) reply(batchReply(stream, outcome, expected));
  };

  const batchAppend = (call: BatchCall): void => {
    const open = new Map<string, Batch>();
    call.on('data', (request: BatchAppendReq) => {
      const id = request.getCorrelationId();
      const key = uuidOf(id);
      const options = request.getOptions();
      const batch = open.get(key) ?? {
        stream: nameOf(options?.getStreamIdentifier()),
        expected: options === undefined ? 'any' : expectedOf(options, options.getStreamPosition()),
        events: [],
      };
      open.set(key, batch);
      batch.events.push(...request.getProposedMessagesList().map(proposed));
      if (!request.getIsFinal()) return;
      open.delete(key);
      void answerBatch(call, id, batch);
    });
    call.on('error', () => undefined);
    // The client never gets over a batch stream that the server ends first.
    call.on('end', () => call.end());
  };

  const append = (call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>): void => {
    const requests: AppendReq[] = [];
    call.on('data', (request: AppendReq) => void requests.push(request));
    call.on('end', () => {
      const options = requests[0]?.getOptions();
      if (options === undefined) {
        answer(failure(grpc.status.INVALID_ARGUMENT, 'no options'));
        return;
      }
      const stream = nameOf(options.getStreamIdentifier());
      const messages = requests.flatMap((request) => request.getProposedMessage() ?? []);
      if (takeOne(faults, 'denied')) {
        answer(denied());
        return;
      }
      if (takeOne(faults, 'notReady')) {
        answer(aborted());
        return;
      }
      void log
        .append(stream, expectedOf(options, options.getRevision()), messages.map(proposed))
        .then((outcome) => answerAppend(stream, outcome, answer));
    });
  };

  const change =
    (how: 'delete' | 'tombstone') =>
    (
      call: ServerUnaryCall<DeleteReq | TombstoneReq, DeleteResp | TombstoneResp>,
      answer: sendUnaryData<DeleteResp | TombstoneResp>,
    ): void => {
      const options = call.request.getOptions();
      if (options === undefined) {
        answer(failure(grpc.status.INVALID_ARGUMENT, 'no options'));
        return;
      }
      const stream = nameOf(options.getStreamIdentifier());
      const reply = how === 'delete' ? new streams.DeleteResp() : new streams.TombstoneResp();
      void log[how](stream, expectedOf(options, options.getRevision())).then((outcome) =>
        outcome.is === 'written'
          ? answer(null, reply.setNoPosition(new shared.Empty()))
          : answer(refusalOf(stream, outcome)),
      );
    };

  return { batchAppend, append, delete: change('delete'), tombstone: change('tombstone') };
};

const refusalOf = (stream: string, outcome: Outcome) => {
  switch (outcome.is) {
    case 'deleted':
      return deleted(stream);
    case 'too large':
      return tooLarge();
    case 'wrong':
    case 'written':
      return failure(grpc.status.FAILED_PRECONDITION, 'WrongExpectedVersion', {
        exception: 'wrong-expected-version',
        'stream-name': stream,
        'expected-version': '-1',
      });
  }
};

const answerAppend = (stream: string, outcome: Outcome, answer: sendUnaryData<AppendResp>): void => {
  if (outcome.is === 'written') {
    const success = new streams.AppendResp.Success().setCurrentRevision(String(outcome.revision));
    answer(null, new streams.AppendResp().setSuccess(success.setNoPosition(new shared.Empty())));
  } else if (outcome.is === 'wrong') {
    const wrong = new streams.AppendResp.WrongExpectedVersion().setExpectedAny(new shared.Empty());
    if (outcome.current === 'no_stream') wrong.setCurrentNoStream(new shared.Empty());
    else wrong.setCurrentRevision(String(outcome.current));
    answer(null, new streams.AppendResp().setWrongExpectedVersion(wrong));
  } else {
    answer(refusalOf(stream, outcome));
  }
};
