/** One thing that happens to a deployment, as fast-check wants it. */
import fc from 'fast-check';
import type { World } from './world.js';

export type Model = object;
export type WorldCommand = fc.AsyncCommand<Model, World>;

/** The nth of the hosts that are well. */
export const which = fc.nat(9);

/** A deed that changes nothing the model knows of: what is right is judged at the end, from the log. */
export function command(name: string, run: (world: World) => Promise<void> | void): WorldCommand {
  return {
    check: () => true,
    run: async (_, world) => {
      await run(world);
    },
    toString: () => name,
  };
}
