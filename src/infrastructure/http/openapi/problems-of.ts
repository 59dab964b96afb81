import type { ProblemCode } from '../problems.ts';
import type { RouteDescription } from '../route.ts';

const ofAll: readonly ProblemCode[] = ['not_acceptable', 'internal_error', 'temporarily_unavailable', 'stopping'];
const ofKeys: readonly ProblemCode[] = ['unauthorized', 'insufficient_scope'];
const ofBodies: readonly ProblemCode[] = [
  'malformed_request',
  'malformed_json',
  'body_too_large',
  'unsupported_media_type',
  'validation_failed',
];

/** Every problem that a route can answer with: its own, and what follows from the rest of its description. */
export const problemsOf = (route: RouteDescription): readonly ProblemCode[] => [
  ...new Set<ProblemCode>([
    ...route.problems,
    'invalid_query',
    ...('cursor' in route.query.shape ? (['invalid_cursor'] as const) : []),
    ...(route.path.includes('{') ? (['malformed_request'] as const) : []),
    ...(route.headers !== undefined && 'If-Match' in route.headers ? (['version_mismatch'] as const) : []),
    ...(route.scope === 'public' ? [] : ofKeys),
    ...(route.body === undefined ? [] : ofBodies),
    ...ofAll,
  ]),
];
