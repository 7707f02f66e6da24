/** What counts as a proof: a mutant is caught by a broken promise alone, and a command that would run nothing says so. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { runScenario } from './run-scenario.js';
import type { Trial } from './scenario.js';

const verdictOf = async (run: (trial: Trial) => Promise<void>): Promise<string> => {
  const scenario = { name: 'any', promise: 0, about: '', rounds: { short: 1, long: 1 }, mutants: {}, run };
  return (await runScenario(scenario, { seed: 1, rounds: 1, mutant: 'any' })).verdict;
};

const atWork = ({ findings }: Trial): void => {
  findings.fault('kill');
  findings.did('events', 1);
};

describe('A run', () => {
  it('has held with faults, work and nothing broken', async () => {
    expect(await verdictOf(async (trial) => atWork(trial))).toBe('held');
  });

  it('is broken by what must hold, also when something throws afterwards', async () => {
    const broken = async (trial: Trial): Promise<void> => {
      atWork(trial);
      trial.findings.must(false, 'lost');
    };
    expect(await verdictOf(broken)).toBe('broken');
    const thrown = async (trial: Trial): Promise<void> => {
      await broken(trial);
      throw new Error('load ended');
    };
    expect(await verdictOf(thrown)).toBe('broken');
  });

  it('is broken by what must come and does not', async () => {
    const late = (trial: Trial): Promise<void> => {
      atWork(trial);
      return trial.findings.mustCome(Promise.reject(new Error('not in time')));
    };
    expect(await verdictOf(late)).toBe('broken');
  });

  it('proves nothing when it throws: a start-up that failed, a mutant that cannot be loaded', async () => {
    const failing = async (trial: Trial): Promise<void> => {
      atWork(trial);
      throw new Error('actors-1 ended');
    };
    expect(await verdictOf(failing)).toBe('void');
  });

  it('proves nothing without faults or without work, whatever is broken', async () => {
    const idle = async ({ findings }: Trial): Promise<void> => {
      findings.fault('kill');
      findings.must(false, 'nothing was read');
    };
    expect(await verdictOf(idle)).toBe('void');
    const undisturbed = async ({ findings }: Trial): Promise<void> => {
      findings.did('events', 1);
      findings.must(false, 'lost');
    };
    expect(await verdictOf(undisturbed)).toBe('void');
  });

  it('proves nothing when too little happened', async () => {
    const little = async (trial: Trial): Promise<void> => {
      atWork(trial);
      trial.findings.enough(false, 'no client noticed anything');
    };
    expect(await verdictOf(little)).toBe('void');
  });
});

describe('The command', () => {
  it.each([
    [['kill-9', '--mutant', 'emits-agian'], 'there are: emits-again, acknowledges-early'],
    [['--mutant', 'nobody'], 'emits-again'],
    [['kill-9', '--seeds', '0'], '--seeds'],
  ])('%j ends with 2 and says what there is', (args, said) => {
    const main = join(process.cwd(), 'dist', 'test', 'chaos', 'harness', 'main.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(said);
  });
});

describe('Kinds of faults', () => {
  it('all come in short runs of seeds that follow one another', async () => {
    const seen = new Set<string>();
    for (let seed = 7; seed < 12; seed++)
      await runScenario(
        {
          name: 'any',
          promise: 0,
          about: '',
          rounds: { short: 1, long: 1 },
          mutants: {},
          run: async (trial) => void seen.add(trial.nth(['a', 'b', 'c'], 0)),
        },
        { seed, rounds: 1 },
      );
    expect([...seen].sort()).toEqual(['a', 'b', 'c']);
  });
});
