import { buildProgram } from '../program.js';
import { UsageError } from '../terminal/exit.js';

describe('an option that a report has no use for', () => {
  it.each([
    ['kdd12', '--ablate', 'features', 'it is for ranklens, kuairand, movielens'],
    ['open-bandit', '--compare', 'IPS,DR', 'it is for ranklens, kuairand, movielens, kdd12, live'],
    ['open-bandit', '--last', '0.5', 'it is for ranklens, kuairand, movielens, kdd12, live'],
    ['open-bandit', '--set', 'ftrl.alpha=1', 'it is for ranklens'],
    ['whatif-worlds', '--plot', 'worlds.svg', 'it is for ranklens'],
    ['live', '--data-file', 'package.json', 'it is for ranklens'],
  ])('%s %s is refused, saying where it works', async (dataset, option, value, where) => {
    const called = (await buildProgram('evaluate')).parseAsync(['evaluate', dataset, option, value], {
      from: 'user',
    });
    const error: unknown = await called.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(`${option} says nothing to this report of ${dataset}`);
    expect((error as Error).message).toContain(where);
  });

  it('may depend on the others', async () => {
    const evaluate = async (...args: string[]): Promise<void> =>
      void (await (
        await buildProgram('evaluate')
      ).parseAsync(['evaluate', 'movielens', '--data-folder', 'nowhere', ...args], { from: 'user' }));
    await expect(evaluate('--rating', '--ablate')).rejects.toThrow('--ablate says nothing');
    await expect(evaluate('--ablate')).rejects.toThrow('does not exist');
  });
});
