/**
 * Freshness: the time from a click's acknowledgement to a changed list. For each of the clicks: ask for a list,
 * click its first item, and ask again with `after` the click's log sequence. The list has changed when the clicked item
 * is gone from it and `after` was reached; the time runs from the acknowledgement to the whole answer.
 *
 *     npm run bench -- freshness [--url http://127.0.0.1:8080] [--clicks 1000] [--users 1000] [--json]
 *
 * Against a running system; without --url, the one whose `connection.json` lies in .rekappa.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { build } from 'hdr-histogram-js';
import { gatewayUrl } from '../apps/cli/connection.js';
import { GatewayClient } from '../apps/cli/gateway-client.js';
import { demoCatalogue } from '../apps/cli/simulate/catalogue.js';
import { publishCatalogue } from '../apps/cli/simulate/publish-catalogue.js';
import { asEventId, asItemId, asUserId } from '#kernel';

/** The aim for the 99th percentile, ms. */
const AIM_P99_MS = 50;
const LIST_LENGTH = 10;

const { values } = parseArgs({
  options: {
    url: { type: 'string' }, data: { type: 'string', default: '.rekappa' }, clicks: { type: 'string', default: '1000' },
    users: { type: 'string', default: '1000' }, json: { type: 'boolean', default: false },
  },
});

const gateway = new GatewayClient(await gatewayUrl(values.data, values.url));
await publishCatalogue(gateway, demoCatalogue());
const result = await measure(Number(values.clicks), Number(values.users));
if (values.json) console.log(JSON.stringify(result));
else print(result);
process.exitCode = result.unchanged === 0 ? 0 : 1;

interface Result {
  clicks: number;
  unchanged: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  machine: string;
}

async function measure(clicks: number, users: number): Promise<Result> {
  const run = Date.now().toString(36);
  const latencies = build();
  let unchanged = 0;
  for (let i = 0; i < clicks; i++) {
    const user = `freshness-${run}-${i % users}`;
    const before = await gateway.recommendations(user, LIST_LENGTH);
    const clicked = before.items[0];
    if (!clicked) throw new Error('the gateway answered an empty list: is the catalogue empty?');
    const { seq } = await gateway.events([
      {
        kind: 'interaction', version: 1, eventId: asEventId(`${user}-${i}`), userId: asUserId(user), timestamp: Date.now(),
        type: 'click', itemId: asItemId(clicked.itemId), recommendationId: asEventId(before.recommendationId),
      },
    ]);
    const acknowledgedAt = performance.now();
    const after = await gateway.recommendations(user, LIST_LENGTH, seq);
    latencies.recordValue(Math.round((performance.now() - acknowledgedAt) * 1000));
    const changed = after.after?.reached !== false && !after.items.some((item) => item.itemId === clicked.itemId);
    if (!changed) unchanged++;
  }
  const ms = (percentile: number): number => latencies.getValueAtPercentile(percentile) / 1000;
  return { clicks, unchanged, p50Ms: ms(50), p99Ms: ms(99), maxMs: latencies.maxValue / 1000, machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}` };
}

function print(result: Result): void {
  console.log(`click acknowledged → changed list, ${result.clicks} clicks: p50 ${result.p50Ms.toFixed(1)} ms, p99 ${result.p99Ms.toFixed(1)} ms, max ${result.maxMs.toFixed(1)} ms`);
  console.log(`aim: p99 < ${AIM_P99_MS} ms: ${result.p99Ms < AIM_P99_MS ? 'met' : 'missed'};  lists that did not change: ${result.unchanged}`);
  console.log(`machine: ${result.machine}`);
}
