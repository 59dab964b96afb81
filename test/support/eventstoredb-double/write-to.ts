import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';

/** Writes as fast as the client takes it. @returns false once the call is over. */
export const writeTo = async (call: ServerWritableStream<ReadReq, ReadResp>, reply: ReadResp): Promise<boolean> => {
  if (call.cancelled || call.destroyed) return false;
  if (!call.write(reply)) {
    await new Promise<void>((resolve) => {
      const go = () => {
        call.off('drain', go).off('cancelled', go).off('close', go);
        resolve();
      };
      call.on('drain', go).on('cancelled', go).on('close', go);
    });
  }
  return !call.cancelled;
};
