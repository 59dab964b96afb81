import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { openApiDocument } from '../../src/infrastructure/http/openapi/document.ts';
import { routes } from '../../src/infrastructure/http/routes.ts';

export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** As it is served: what JSON cannot say is gone. */
const document = JSON.parse(JSON.stringify(openApiDocument(routes, ['pt-PT']))) as Described;

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: object; readonly headers?: object }>>;
}

// Patterns stand beside all formats, so formats need no package of their own.
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(document, 'openapi');
const validators = new Map<string, ValidateFunction>();

const validatorOf = (steps: readonly string[]): ValidateFunction => {
  const pointer = steps.map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`);
  const ref = `openapi#${pointer.join('')}`;
  const validate = validators.get(ref) ?? ajv.compile({ $ref: ref });
  validators.set(ref, validate);
  return validate;
};

/** Fails where an answer is not one that the OpenAPI document describes: its status, headers, media type, content. */
export const expectDescribed = (method: string, path: string, answer: Received): void => {
  const found = operationOf(method === 'HEAD' ? 'get' : method.toLowerCase(), path);
  const undescribed = found === undefined ? ofNoRoute(answer) : differences(found, method, answer);
  const asked = `${method} ${path}: ${String(answer.status)}`;
  assert.deepEqual([asked, undescribed], [asked, []]);
};

interface Found {
  readonly template: string;
  readonly method: string;
}

const operationOf = (method: string, path: string): Found | undefined => {
  const templates = Object.keys(document.paths).filter((template) => patternOf(template).test(path));
  // Literal before parameter, as the service routes.
  const [template] = templates.sort((a, b) => a.split('{').length - b.split('{').length);
  return template === undefined || document.paths[template]?.[method] === undefined ? undefined : { template, method };
};

const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);

/** A path or method that is none has no description but that of all problems. */
const ofNoRoute = ({ status, text }: Received): unknown => {
  if (status !== 404 && status !== 405 && status !== 400) return 'answered without a description';
  const validate = validatorOf(['components', 'schemas', 'Problem']);
  return validate(JSON.parse(text)) ? [] : validate.errors;
};

const ofAll = [
  'cache-control',
  'connection',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'x-content-type-options',
  'x-request-id',
];

const differences = (found: Found, method: string, answer: Received): unknown => {
  const response = responseOf(found, answer);
  if (response === undefined) return 'the status is not described';
  const unnamed = unnamedHeaders(answer, response.headers ?? {});
  if (unnamed.length > 0) return `headers that are not described: ${unnamed.join(', ')}`;
  if (method === 'HEAD' || response.content === undefined) return answer.text === '' ? [] : 'a body where none is';
  return differencesOfContent(found, response.content, answer);
};

const responseOf = ({ template, method }: Found, { status }: Received): Operation['responses'][string] | undefined =>
  document.paths[template]?.[method]?.responses[String(status)];

const unnamedHeaders = ({ headers }: Received, described: object): readonly string[] => {
  const isProblem = headers.get('content-type') === 'application/problem+json';
  // No cache keeps a problem; of other answers it is said which none may keep.
  const isOwn = headers.get('cache-control') === 'no-store' && !isProblem;
  const common = isOwn ? ofAll.filter((name) => name !== 'cache-control') : ofAll;
  const named = [...common, ...Object.keys(described).map((name) => name.toLowerCase())];
  return [...headers.keys()].filter((name) => !named.includes(name));
};

const differencesOfContent = ({ template, method }: Found, content: object, answer: Received): unknown => {
  const type = answer.headers.get('content-type') ?? 'none';
  if (!Object.hasOwn(content, type)) return `the media type ${type} is not described`;
  const steps = ['paths', template, method, 'responses', String(answer.status), 'content', type, 'schema'];
  const validate = validatorOf(steps);
  return validate(type.endsWith('json') ? JSON.parse(answer.text) : answer.text) ? [] : validate.errors;
};
