import type { Outcome } from './run.ts';

const head = ['Product', 'Order', 'Purchase', 'Attention', 'Bought', 'Vouchers', 'Events in order'];

/** The outcomes as a table of Markdown, aligned as the formatter of this repository aligns it. */
export const tableOf = (outcomes: readonly Outcome[]): string => {
  const rows = outcomes.map((outcome) => [
    `\`${outcome.product}\``,
    outcome.status,
    outcome.purchase,
    outcome.attention.join(', '),
    String(outcome.bought),
    String(outcome.delivered),
    outcome.events.join(', '),
  ]);
  const widths = head.map((_title, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0), 3));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
};

const BEGIN = '<!-- npm run docs:amilon writes this table -->';
const END = '<!-- end of the table -->';

/** The document in three parts, the table in the middle. @throws where its marks are missing. */
const parts = (document: string): readonly [before: string, table: string, after: string] => {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('the marks of the table are missing');
  const from = begin + BEGIN.length;
  return [document.slice(0, from), document.slice(from, end).trim(), document.slice(end)];
};

export const tableIn = (document: string): string => parts(document)[1];

export const withTable = (document: string, table: string): string => {
  const [before, , after] = parts(document);
  return `${before}\n\n${table}\n\n${after}`;
};
