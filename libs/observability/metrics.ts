/**
 * The metrics of one process: `metrics.eventsAccepted.inc({ kind, via })`. What exists, and what it is
 * called, stands in metric-catalogue.ts. One registry per process; tests make as many as they like.
 */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import {
  METRIC_CATALOGUE,
  type MetricApp,
  type MetricCatalogue,
  type MetricKey,
} from './metric-catalogue.js';

type LabelOf<K extends MetricKey> = MetricCatalogue[K]['labels'][number];
type MetricOf<K extends MetricKey> = MetricCatalogue[K]['kind'] extends 'counter'
  ? Counter<LabelOf<K>>
  : MetricCatalogue[K]['kind'] extends 'gauge'
    ? Gauge<LabelOf<K>>
    : Histogram<LabelOf<K>>;

export type Metrics = { readonly [K in MetricKey]: MetricOf<K> } & { readonly registry: Registry };

export interface MetricsOptions {
  /** Node's own process and event-loop metrics too; off in tests. */
  processMetrics?: boolean;
}

/** A metric of another app may be used too: it is then registered at first use. */
export function createMetrics(app: MetricApp, options: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ app });
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  const metrics = { registry } as Record<string, unknown>;
  for (const key of Object.keys(METRIC_CATALOGUE) as MetricKey[]) {
    let made: unknown;
    Object.defineProperty(metrics, key, {
      enumerable: true,
      get: () => (made ??= createMetric(key, registry)),
    });
    if ((METRIC_CATALOGUE[key].apps as readonly MetricApp[]).includes(app)) void metrics[key];
  }
  return metrics as unknown as Metrics;
}

/** What a counter has counted under each value of one of its labels, whatever the others. */
export async function totalsBy<Label extends string>(
  counter: Counter<Label>,
  label: Label,
): Promise<Record<string, number>> {
  const totals: Record<string, number> = {};
  for (const { labels, value } of (await counter.get()).values) {
    const name = String(labels[label]);
    totals[name] = (totals[name] ?? 0) + value;
  }
  return totals;
}

function createMetric(key: MetricKey, registry: Registry): Counter | Gauge | Histogram {
  const { kind, name, help, labels, buckets } = METRIC_CATALOGUE[key];
  const base = { name, help, labelNames: [...labels] as string[], registers: [registry] };
  switch (kind) {
    case 'counter':
      return new Counter(base);
    case 'gauge':
      return new Gauge(base);
    case 'histogram':
      return new Histogram({ ...base, ...(buckets ? { buckets: [...buckets] } : {}) });
  }
}
