import sanitizeHtml from 'sanitize-html';

/** What Amilon's texts may hold once they leave: enough to read terms by, nothing that acts or loads. */
const readable: sanitizeHtml.IOptions = {
  allowedTags: ['p', 'br', 'b', 'strong', 'i', 'em', 'u', 'ul', 'ol', 'li', 'h3', 'h4', 'a'],
  allowedAttributes: { a: ['href'] },
  allowedSchemes: ['https', 'http', 'mailto'],
  allowProtocolRelative: false,
};

const html = (text: string): string => sanitizeHtml(text, readable);

/** Tags are gone and no `<` is left, so that it is harmless as text and as HTML; an `&` stays one. */
const plain = (text: string): string =>
  sanitizeHtml(text, { allowedTags: [], allowedAttributes: {} }).replaceAll('&amp;', '&').trim();

/** Of a link only what a browser opens as a page; `undefined` for a script in its place. */
const link = (text: string): string | undefined => {
  const scheme = /^\s*([a-z][a-z0-9+.-]*):/i.exec(stripped(text))?.[1]?.toLowerCase();
  return scheme === undefined || scheme === 'http' || scheme === 'https' ? stripped(text) : undefined;
};

// Browsers ignore these inside of a scheme.
const stripped = (text: string): string => text.replace(/[\p{Cc}\s]/gu, '');

/** By the name of the field: what is not named here is an id, a code, a number or our own word. */
const texts: ReadonlyMap<string, (text: string) => string | undefined> = new Map([
  ...['description', 'terms', 'instructions'].map((field) => [field, html] as const),
  ...['name', 'productName', 'category', 'features', 'stock', 'method', 'time', 'status'].map(
    (field) => [field, plain] as const,
  ),
  ...['imageUrl', 'logoUrl', 'websiteUrl'].map((field) => [field, link] as const),
]);

/**
 * The same answer with what Amilon wrote made harmless (amilon.md section 2): `description`, `terms` and
 * `instructions` are HTML of a few tags, names are text without any, links lead to pages. What is stored stays as told.
 */
export const withSafeTexts = <Body>(body: Body): Body => safe('', body) as Body;

const safe = (field: string, value: unknown): unknown => {
  if (typeof value === 'string') {
    const made = texts.get(field);
    return made === undefined ? value : made(value);
  }
  if (Array.isArray(value)) return value.map((each) => safe(field, each)).filter((each) => each !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, each]) => [name, safe(name, each)] as const)
      .filter(([, each]) => each !== undefined),
  );
};
