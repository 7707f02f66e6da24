/** A closed loop of GET requests over kept-alive connections, each for another user in turn: rate and latencies. */
import { Agent, get } from 'node:http';
import { build, type Histogram } from 'hdr-histogram-js';

export interface Load {
  readonly url: string;
  readonly users: number;
  readonly connections: number;
  readonly seconds: number;
}

export interface Measured {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly requests: number;
  /** Answers that were substitutes. */
  readonly degraded: number;
}

export const userName = (index: number): string => `bench-user-${index}`;
/** Steps through all users in an order that is not theirs of arrival; coprime to any round number of users. */
const STRIDE = 7_919;

/** @throws when an answer is not 200 */
export async function measureLoad({ url, users, connections, seconds }: Load): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies = build({ highestTrackableValue: 60_000_000 });
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  let [sent, degraded] = [0, 0];
  const worker = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const user = userName((sent++ * STRIDE) % users);
      if (await timed(agent, `${url}/v1/recommendations?user=${user}&n=10`, latencies)) degraded++;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const took = (performance.now() - startedAt) / 1_000;
  agent.destroy();
  const ms = (percentile: number): number => latencies.getValueAtPercentile(percentile) / 1_000;
  return {
    requestsPerSecond: latencies.totalCount / took,
    p50Ms: ms(50),
    p99Ms: ms(99),
    requests: latencies.totalCount,
    degraded,
  };
}

/** @returns whether the answer was a substitute */
function timed(agent: Agent, url: string, latencies: Histogram): Promise<boolean> {
  const at = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.on('error', reject);
      response.on('end', () => {
        latencies.recordValue(Math.round((performance.now() - at) * 1_000));
        if (response.statusCode === 200) resolve(response.headers['rekappa-degraded'] !== undefined);
        else reject(new Error(`${url} answered ${response.statusCode}`));
      });
      response.resume();
    }).on('error', reject);
  });
}
