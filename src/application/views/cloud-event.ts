import type { PublicMessage } from '../public-messages/message.ts';

/** A public message as a CloudEvent 1.0 in JSON. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly partitionkey: string;
  readonly sequence: string;
  readonly correlationid: string;
  readonly causationid: string;
  readonly traceparent?: string;
  readonly dataclassification: 'internal';
  readonly data: { readonly [field: string]: unknown };
}

/** The message without whose it is: never part of what is sent. */
export const cloudEvent = ({ tenant: _tenant, data, ...attributes }: PublicMessage): CloudEvent => ({
  specversion: '1.0',
  ...attributes,
  datacontenttype: 'application/json',
  partitionkey: attributes.subject,
  dataclassification: 'internal',
  data,
});
