import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { createMetrics } from '../../src/infrastructure/metrics/metrics.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const file = parse(await readFile(new URL('../../deploy/alerts.yml', import.meta.url), 'utf8')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
};
const rules = file.groups.flatMap((group) => group.rules);

/** What a service of one parked, failing consumer and one open circuit shows: each metric with its labels. */
const shown = async (): Promise<ReadonlyMap<string, ReadonlySet<string>>> => {
  const metrics = createMetrics();
  metrics.called({ endpoint: 'create', outcome: 'answered', status: 503, ms: 1 });
  metrics.drifted({ kind: 'unknown_word', where: 'order.status', what: 'Quantum' });
  metrics.requested({ method: 'GET', route: '/v1/orders', status: 503, ms: 1 });
  const text = await metrics.write({
    version: '1.0.0',
    mode: 'sandbox',
    startedAt: '2026-03-01T10:00:00.000Z',
    uptimeSeconds: 1,
    consumers: [
      {
        name: 'orders',
        state: 'waiting',
        caughtUp: true,
        events: { read: 1, applied: 0, ignored: 0, parked: 1 },
        parkedStreams: 1,
        lag: { events: 1, seconds: 61 },
      },
    ],
    upstream: { circuits: { create: 'failing' }, endpoints: [], drift: [], otherDrift: 0 },
  });
  const found = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? /gm)) {
    const known = found.get(name) ?? new Set<string>();
    for (const [, label = ''] of labels.matchAll(/([a-z]+)="/g)) known.add(label);
    found.set(name, known);
  }
  return found;
};

/** The parts of an expression of one kind. */
const partsOf = (expr: string, kind: string): readonly string[] => {
  const parts: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ name, from, to }) => {
      if (name === kind) parts.push(expr.slice(from, to));
    },
  });
  return parts;
};

describe.each(rules.map((rule) => [rule.alert, rule] as const))('the alert %s', (_name, rule) => {
  it('is an expression that Prometheus understands', () => {
    const mistakes: string[] = [];
    parser.parse(rule.expr).iterate({
      enter: ({ type, from, to }) => {
        if (type.isError) mistakes.push(rule.expr.slice(from, to));
      },
    });
    expect(mistakes).toEqual([]);
  });

  it('asks for a metric and for labels that the service shows', async () => {
    const all = await shown();
    const names = partsOf(rule.expr, 'Identifier').filter((name) => name.startsWith('voucher_orders_'));
    expect(names.length).toBeGreaterThan(0);
    const wanted = partsOf(rule.expr, 'LabelName');
    for (const name of names) {
      const labels = all.get(name);
      expect([name, wanted.filter((label) => labels?.has(label) !== true)]).toEqual([name, []]);
    }
  });

  it('says how bad it is, what it means, and names only labels that it has', () => {
    expect(['info', 'warning', 'critical']).toContain(rule.labels.severity);
    expect(rule.annotations.description).toMatch(/\.$/);
    const grouped = new Set(partsOf(rule.expr, 'LabelName'));
    const named = [...rule.annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
    expect(named.filter((label) => !grouped.has(label))).toEqual([]);
  });
});

it('there is an alert for 5xx of Amilon, for its circuits, its drift, and for what is parked', () => {
  expect(rules.map(({ alert }) => alert)).toEqual(
    expect.arrayContaining(['AmilonServerErrors', 'AmilonCircuitOpen', 'AmilonDrift', 'EventsParked']),
  );
});
