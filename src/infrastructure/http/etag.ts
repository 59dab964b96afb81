import { Problem } from './problems.ts';

/** An order's version as an entity tag. */
export const etagOf = (version: number): string => `"v${String(version)}"`;

/** The tags that a header names, weak ones as strong ones: `If-None-Match` compares so (RFC 9110, 13.1.2). */
export const tagsOf = (header: string): readonly string[] =>
  header.split(',').map((tag) => tag.trim().replace(/^W\//, ''));

/** Whether the client knows this version already (`If-None-Match`). */
export const isKnown = (header: string | undefined, version: number): boolean =>
  header !== undefined && (header.trim() === '*' || tagsOf(header).includes(etagOf(version)));

/** @throws Problem 412 where `If-Match` names other versions. */
export const requireVersion = (header: string | undefined, version: number): void => {
  if (header === undefined || isKnown(header, version)) return;
  throw new Problem('version_mismatch', {
    detail: `The order is at version ${String(version)}: If-Match: ${etagOf(version)} names it.`,
    headers: { ETag: etagOf(version) },
  });
};
