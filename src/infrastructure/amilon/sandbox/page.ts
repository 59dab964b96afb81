import type { SandboxWorld } from './world.ts';

const NEWEST = 200;

/** For a person: what was bought, the newest first. */
export const purchasesPage = (world: SandboxWorld): string => {
  const purchases = world.purchases().toReversed();
  const rows = purchases
    .slice(0, NEWEST)
    .map(
      ({ externalOrderId, bought, lines, total, currency, at }) =>
        `<tr${bought === 1 ? '' : ' class="twice"'}><td>${escaped(at)}</td><td><code>${escaped(externalOrderId)}</code></td>` +
        `<td>${lines.map(({ productCode, quantity }) => `${String(quantity)} × ${escaped(productCode)}`).join('<br>')}</td>` +
        `<td class="n">${escaped(total)} ${escaped(currency)}</td><td class="n">${String(bought)}</td></tr>`,
    );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Sandbox: what was bought</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: .3rem .8rem; border-bottom: 1px solid #ddd; vertical-align: top; }
.n { text-align: right; } .twice { background: #fdd; }
</style>
</head>
<body>
<h1>Sandbox: what was bought</h1>
<p>This is the built-in stand-in for Amilon. No money was spent and no voucher here is real.</p>
<p>${String(purchases.length)} orders, each should be bought once. Sandbox time: ${new Date(world.now()).toISOString()}.</p>
<table>
<thead><tr><th>When</th><th>External order id</th><th>Lines</th><th>Total</th><th>Bought</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</body>
</html>
`;
};

const entities: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
