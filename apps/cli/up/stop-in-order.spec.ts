import { stopInOrder } from './stop-in-order.js';

describe('stopping in order', () => {
  it('gives each stage its share and what the ones before it left over', async () => {
    const clock = { now: 0 };
    const deadlines: number[] = [];
    const stage = (shareMs: number, takesMs: number) => ({
      name: `${shareMs}`,
      shareMs,
      stop: async (deadlineMs: number) => {
        deadlines.push(deadlineMs);
        clock.now += Math.min(takesMs, deadlineMs);
      },
    });
    await stopInOrder(
      [stage(500, 100), stage(2_000, 9_000), stage(3_000, 50), stage(1_500, 0)],
      () => clock.now,
    );
    expect(deadlines).toEqual([500, 2_400, 3_000, 4_450]);
  });

  it('goes on when a stage fails, and says so', async () => {
    const stopped: string[] = [];
    const problems = await stopInOrder([
      { name: 'gateway', shareMs: 1, stop: () => Promise.reject(new Error('stuck')) },
      { name: 'servers', shareMs: 1, stop: async () => stopped.push('servers') },
    ]);
    expect(problems).toEqual(['gateway: stuck']);
    expect(stopped).toEqual(['servers']);
  });
});
