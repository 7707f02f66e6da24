/** Promises of a host's end: the order of its parts. */
import { ActorsService, type ActorsParts } from './actors.service.js';
import type { Serving } from './serving/rpc-server.js';

/** Parts that write down what is done with them, as far as an end needs them. */
function parts() {
  const said: string[] = [];
  const part = (name: string, ...calls: string[]) =>
    Object.fromEntries(
      calls.map((call) => [call, async (): Promise<void> => void said.push(`${name}.${call}`)]),
    );
  const rpc = {
    serve: (subject: string): Serving => ({
      stop: () => void said.push(`${subject} stops`),
      idle: async () => void said.push(`${subject} is idle`),
    }),
  };
  const made = {
    rpc,
    host: part('host', 'catchUp', 'start', 'stop'),
    follower: part('follower', 'start', 'stop'),
    graphs: part('graphs', 'start', 'stop'),
    served: part('served', 'close'),
    dead: part('dead', 'flush'),
    metrics: part('metrics', 'start', 'stop'),
  } as unknown as ActorsParts;
  return { service: new ActorsService(made), said };
}

describe('ActorsService', () => {
  it('waits at its end for requests of the host as such alone: partitions answer until they are released', async () => {
    const { service, said } = parts();
    await service.start();
    said.length = 0;
    await service.stopIntake();
    const subjects = ['rpc.host', 'rpc.hosts.status', 'rpc.hosts.hash'];
    expect(said).toEqual([
      ...subjects.map((subject) => `${subject} stops`),
      ...subjects.map((subject) => `${subject} is idle`),
    ]);
  });

  it('logs what is served until the last partition is released', async () => {
    const { service, said } = parts();
    await service.stop();
    expect(said).toContain('served.close');
    expect(said.indexOf('served.close')).toBeGreaterThan(said.indexOf('host.stop'));
  });
});
