/** Ingestion over HTTP: batches of 100 events, posted over 64 connections to a running gateway or to one started for the run. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Figure } from './bench-report.js';
import { sampleEvents } from './sample-events.js';

const BATCH = 100;
const CONNECTIONS = 64;
const WARM_SHARE = 10;
const START_MS = 30_000;
const GATEWAY_ENTRY = new URL('../../apps/gateway/main.js', import.meta.url);

interface HttpOptions {
  readonly natsUrl: string;
  /** A running gateway; otherwise one is started. */
  readonly gateway?: string;
  readonly events: number;
  /** Beside the figure: the same frames published without HTTP, events/s. */
  readonly withoutHttp: number;
}

/** No figure when there is no gateway to be had. */
export async function measureHttp(options: HttpOptions): Promise<Figure[]> {
  if (options.gateway) return [await measure(options.gateway, options)];
  if (!existsSync(GATEWAY_ENTRY)) return [];
  const { child, url } = await startGateway(options.natsUrl);
  try {
    return [await measure(url, options)];
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

async function measure(url: string, { events, withoutHttp }: HttpOptions): Promise<Figure> {
  const run = Date.now().toString(36);
  await postAll(url, bodiesOf(events / WARM_SHARE, `w${run}`));
  const bodies = bodiesOf(events, `h${run}`);
  const latencies: number[] = [];
  const started = performance.now();
  await postAll(url, bodies, latencies);
  const seconds = (performance.now() - started) / 1_000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): string => latencies[Math.floor(latencies.length * share)]!.toFixed(1);
  return {
    name: `HTTP, batches of ${BATCH}, ${CONNECTIONS} connections`,
    value: (bodies.length * BATCH) / seconds,
    unit: 'events/s',
    limit: { name: 'FramePublisher without HTTP', value: withoutHttp },
    note: `${Math.round(bodies.length / seconds)} requests/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  };
}

function bodiesOf(events: number, run: string): Buffer[] {
  const all = sampleEvents(Math.ceil(events / BATCH) * BATCH, run);
  return Array.from({ length: all.length / BATCH }, (_, i) =>
    Buffer.from(JSON.stringify(all.slice(i * BATCH, (i + 1) * BATCH))),
  );
}

async function postAll(url: string, bodies: readonly Buffer[], latencies?: number[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < bodies.length) {
      const at = performance.now();
      await post(agent, `${url}/v1/events`, bodies[next++]!);
      latencies?.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  agent.destroy();
}

function post(agent: Agent, url: string, body: Buffer): Promise<void> {
  const headers = { 'content-type': 'application/json', 'content-length': body.byteLength };
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const { accepted } = (response.statusCode === 202 ? JSON.parse(text) : {}) as { accepted?: number };
        if (accepted === BATCH) resolve();
        else reject(new Error(`the gateway answered ${response.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

async function startGateway(natsUrl: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [fileURLToPath(GATEWAY_ENTRY)], {
    env: { ...process.env, NATS_URL: natsUrl, PORT: '0', REKAPPA_LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const url = await listeningUrl(child);
  clearTimeout(timer);
  child.stdout!.resume();
  return { child, url };
}

/** From the one line that says where it listens. @throws when the gateway ends before that. */
async function listeningUrl(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = line.includes('"listening"') && /"http":"([^"]+)"/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error('the gateway ended before it listened');
}
