/** Case k of a seed: the same for ever, so that the two numbers say it all. */
import { mix32, SeededRandom } from '#kernel';
import { httpInput, type Operation } from './http-inputs.js';
import type { Input } from './input.js';
import { natsInput, type NatsWorld } from './nats-inputs.js';

/** Of all cases, over HTTP. */
const HTTP_SHARE = 0.6;

export function inputOf(
  seed: number,
  index: number,
  operations: readonly Operation[],
  world: NatsWorld,
): Input {
  const random = new SeededRandom(mix32(mix32(seed) ^ mix32(index + 0x9e3779b9)));
  return random.next() < HTTP_SHARE ? httpInput(random.pick(operations), random) : natsInput(world, random);
}
