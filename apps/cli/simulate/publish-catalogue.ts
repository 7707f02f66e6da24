/** Puts the demo shop into the catalogue, in bulk. Doing it again leaves the catalogue as it is. */
import type { GatewayClient } from '../gateway-client.js';
import { CliError } from '../terminal/exit.js';
import type { DemoItem } from './catalogue.js';

const BATCH_ITEMS = 250;
/** A new version of the shop needs new event ids: the old ones change nothing. */
const SHOP_VERSION = 1;

export async function publishCatalogue(gateway: GatewayClient, items: readonly DemoItem[]): Promise<void> {
  for (let from = 0; from < items.length; from += BATCH_ITEMS) {
    const batch = items
      .slice(from, from + BATCH_ITEMS)
      .map((item) => ({ ...item, eventId: `demo-shop-${SHOP_VERSION}-${item.id}` }));
    const { rejected } = await gateway.items(batch);
    if (rejected[0])
      throw new CliError(`the gateway refused ${rejected.length} items of the demo: ${rejected[0].message}`);
  }
}
