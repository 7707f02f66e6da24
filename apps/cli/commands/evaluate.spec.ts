import { jest } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Dataset, EvaluationReport } from '../evaluate/dataset.js';
import { evaluate, registerEvaluate } from './evaluate.js';

const REPORT: EvaluationReport = {
  dataset: 'demo',
  input: { events: 7 },
  tables: [],
  comparisons: [],
  curves: [
    {
      title: 'loss',
      xLabel: 'samples',
      yLabel: 'bits',
      series: [
        {
          name: 'blend',
          points: [
            [1, 1],
            [2, 0.5],
          ],
        },
      ],
    },
  ],
};
const demo: Dataset = { name: 'demo', summary: 'A demo.', run: () => Promise.resolve(REPORT) };

describe('a plot', () => {
  let folder: string;
  let printed = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rekappa-plot-'));
    printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await rm(folder, { recursive: true });
  });
  const draw = (path: string) =>
    evaluate(
      demo,
      { json: false, set: [], last: 0.2, compare: [], plot: path },
      new AbortController().signal,
    );

  it('is drawn beside a report that is printed', async () => {
    await draw(join(folder, 'curves.svg'));
    expect(printed).toContain('demo: events 7');
    expect(existsSync(join(folder, 'curves.svg'))).toBe(true);
  });

  it('that cannot be written does not lose the report', async () => {
    await expect(draw(join(folder, 'nowhere', 'curves.svg'))).rejects.toThrow('ENOENT');
    expect(printed).toContain('demo: events 7');
  });
});

it('An ablation says what a part adds as soon as it is known', async () => {
  let said = '';
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  const run: Dataset['run'] = ({ options }) => {
    if (options.set.includes('debias.ctr=shown')) throw new Error('interrupted');
    return Promise.resolve({
      ...REPORT,
      headlines: [{ metric: 'AUC', value: options.set.length > 0 ? 0.7 : 0.75 }],
    });
  };
  const options = { json: false, set: [], last: 0.2, compare: [], ablate: true as const };
  const interrupted = evaluate(
    { ...demo, ablates: ['debiasing'], run },
    options,
    new AbortController().signal,
  );
  await expect(interrupted).rejects.toThrow('interrupted');
  jest.restoreAllMocks();
  expect(said).toContain('debiasing: position as a feature: AUC +0.0500\n');
});

it('is offered, also by the examples, only where a data set has curves', () => {
  const program = new Command();
  registerEvaluate(program);
  const help = new Map(
    program.commands[0]!.commands.map((command) => {
      let text = '';
      command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
      return [command.name(), text];
    }),
  );
  for (const name of ['open-bandit', 'whatif-worlds']) expect(help.get(name)).not.toContain('--plot');
  expect(help.get('open-bandit')).not.toContain('ftrl.alpha');
  expect(help.get('ranklens')).toContain('--plot');
});
