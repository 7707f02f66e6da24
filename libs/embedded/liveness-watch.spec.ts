import { until } from '#kernel';
import { watchLiveness } from './liveness-watch.js';

describe('a watch over a server', () => {
  const watched = (answers: () => boolean) => {
    let kills = 0;
    const stop = watchLiveness(
      {
        answers: () => (answers() ? Promise.resolve() : Promise.reject(new Error('no answer'))),
        kill9: () => Promise.resolve(void kills++),
      },
      { everyMs: 1, silencesMax: 3 },
    );
    return { stop, kills: () => kills };
  };

  it('kills one that is silent several times in a row, and goes on watching', async () => {
    const { stop, kills } = watched(() => false);
    await until('it is killed twice', () => kills() >= 2);
    stop();
  });

  it('lets one be that is silent now and then', async () => {
    let asked = 0;
    const { stop, kills } = watched(() => asked++ % 3 === 0);
    await until('it was asked often', () => asked > 30);
    stop();
    expect(kills()).toBe(0);
  });
});
