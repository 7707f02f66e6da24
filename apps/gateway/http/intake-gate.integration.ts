/** Callers who leave in the middle of a request hold no place: found by `npm run fuzz`, after a thousand of which a gateway answered only 429. */
import { connect } from 'node:net';
import { startServers, until, type TestServers } from '#testkit';
import { startGateway, type RunningGateway } from '../testing/start-gateway.js';

const IN_FLIGHT_MAX = 3;

let servers: TestServers;
let gateway: RunningGateway;

beforeAll(async () => {
  servers = await startServers({ nats: true });
  gateway = await startGateway({ natsUrl: servers.natsUrl, http: { inFlightMax: IN_FLIGHT_MAX } });
});
afterAll(async () => {
  await gateway?.stop();
  await servers?.stop();
});

const inFlight = async (): Promise<number> => (await gateway.metrics.requestsInFlight.get()).values[0]!.value;
const click = { kind: 'interaction', type: 'click', userId: 'ada', itemId: 'book-1' };
const post = async (): Promise<number> => (await gateway.call('POST', '/v1/events', click)).status;

it('A caller who leaves in the middle of a body gives the place back', async () => {
  const { hostname, port } = new URL(gateway.url);
  const callers = Array.from({ length: IN_FLIGHT_MAX }, () => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(
      'POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"',
    );
    return socket;
  });
  await until('all places are taken', async () => (await inFlight()) === IN_FLIGHT_MAX, 10_000);
  expect(await post()).toBe(429);
  for (const socket of callers) socket.destroy();
  await until('all places are free', async () => (await inFlight()) === 0, 10_000);
  expect([await post(), await inFlight()]).toEqual([202, 0]);
});
