import { createClient, eventually } from '../client.ts';
import { startProcess, temporaryFolder } from '../process.ts';
import { sandboxCalls, sandboxOf, sandboxPurchases } from '../sandbox.ts';
import { type Seen, type Service, type Story, services } from './stories.ts';
import { type TimelineEntry, told } from './told.ts';

/** What became of the order of one magic product. */
export interface Outcome extends Seen {
  readonly product: string;
  /** Purchases under the order's external id, by the sandbox's own count. */
  readonly bought: number;
}

/** What keeps the run short, beside what `stories.ts` says; the limits only so that many orders may be placed at once. */
const env = {
  SUBMISSION_QUIET_MS: '0',
  AMILON_CULTURES: 'pt-PT',
  AMILON_CREATES_PER_SECOND: '100',
  AMILON_READS_PER_SECOND: '100',
};

const HALF_AN_HOUR = 1_800_000;
const PATIENCE = 90_000;

/** Orders two of each product at services that run as a user runs them, and follows each story to its end. */
export const runStories = async (stories: readonly Story[]): Promise<readonly Outcome[]> => {
  const byService = [...Map.groupBy(stories, ({ service }) => service)];
  const outcomes = await Promise.all(byService.map(([service, all]) => runAt(service, all)));
  const byProduct = new Map(outcomes.flat().map((outcome) => [outcome.product, outcome]));
  return stories.flatMap(({ product }) => byProduct.get(product) ?? []);
};

const runAt = async (name: Service, stories: readonly Story[]): Promise<readonly Outcome[]> => {
  const folder = await temporaryFolder();
  const service = await startProcess(folder.dir, { ...env, ...services[name] });
  const client = createClient(service);
  const sandbox = sandboxOf(service);
  try {
    await eventually(
      () => client.call('GET', '/v1/catalog/products'),
      ({ status }) => status === 200,
    );
    const orders = await Promise.all(stories.map((story) => placed(client, story)));
    const waits = orders.filter(({ story }) => story.before !== undefined);
    await Promise.all(waits.map((order) => until(order, order.story.before ?? order.story.until)));
    if (waits.length > 0) await advance(sandbox, HALF_AN_HOUR);
    const asked = orders.filter(({ story }) => story.asked);
    await Promise.all(asked.map(({ id }) => client.call('POST', `/v1/orders/${id}/reconciliation`)));
    return await Promise.all(orders.map((order) => until(order, order.story.until)));
  } finally {
    await service.kill('SIGTERM');
    await folder.remove();
  }

  async function until(order: Placed, holds: (seen: Seen) => boolean): Promise<Outcome> {
    return eventually(() => outcomeOf(client, sandbox, order), holds, PATIENCE);
  }
};

interface Placed {
  readonly story: Story;
  readonly id: string;
  readonly externalOrderId: string;
}

type Client = ReturnType<typeof createClient>;

const placed = async (client: Client, story: Story): Promise<Placed> => {
  const { product } = story;
  const { status, body, text } = await client.order(product, { lines: [{ productCode: product, quantity: 2 }] });
  if (status !== 202) throw new Error(`${product} was not taken: ${text}`);
  return { story, id: String(body['id']), externalOrderId: String(body['externalOrderId']) };
};

const outcomeOf = async (client: Client, sandbox: string, order: Placed): Promise<Outcome> => {
  const { body } = await client.call('GET', `/v1/orders/${order.id}`);
  const timeline = await client.call('GET', `/v1/orders/${order.id}/events`);
  const [purchases, calls] = await Promise.all([sandboxPurchases(sandbox), sandboxCalls(sandbox)]);
  const [line] = body['lines'] as readonly { readonly delivered: number }[];
  const ours = <T extends { readonly externalOrderId?: string }>(all: readonly T[]): readonly T[] =>
    all.filter(({ externalOrderId }) => externalOrderId === order.externalOrderId);
  return {
    product: order.story.product,
    status: String(body['status']),
    purchase: String(body['purchase']),
    attention: (body['attention'] as readonly { readonly code: string }[]).map(({ code }) => code),
    delivered: line?.delivered ?? 0,
    // The order may have moved on between the two answers.
    events: (timeline.body['data'] as readonly TimelineEntry[])
      .filter(({ version }) => version <= Number(body['version']))
      .map(told),
    reads: ours(calls).filter(({ endpoint }) => endpoint === 'read').length,
    bought: ours(purchases)[0]?.bought ?? 0,
  };
};

const advance = async (sandbox: string, advanceMs: number): Promise<void> => {
  const response = await fetch(new URL('/_sandbox/clock', sandbox), {
    method: 'POST',
    body: JSON.stringify({ advanceMs }),
  });
  if (!response.ok) throw new Error(await response.text());
};
