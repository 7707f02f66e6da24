/** `rekappa simulate`: the demo shop and its audience, against a running gateway. */
import { InvalidArgumentError, type Command } from 'commander';
import { errorMessage } from '#kernel';
import { dataOption, gatewayUrl } from '../connection.js';
import { GatewayClient } from '../gateway-client.js';
import { demoCatalogue, type DemoItem } from '../simulate/catalogue.js';
import { publishCatalogue } from '../simulate/publish-catalogue.js';
import { LIST_LENGTH, Simulator } from '../simulate/simulator.js';
import { CliError } from '../terminal/exit.js';
import { interruptible } from '../terminal/interrupt.js';
import { printJson, printLine } from '../terminal/print.js';

const REPORT_EVERY_MS = 5_000;
const TROUBLE_EVERY_MS = 5_000;

interface SimulateOptions {
  data: string;
  url?: string;
  rate: number;
  users: number;
  seed: number;
  duration?: number;
  events?: number;
  concurrency: number;
  blind: boolean;
  json: boolean;
}

const number = (value: string): number => {
  const parsed = Number(value);
  if (!Number.isFinite(parsed) || parsed < 0) throw new InvalidArgumentError('give a number of at least 0.');
  return parsed;
};

export function registerSimulate(program: Command): void {
  program
    .command('simulate')
    .description('Play a shop of some 500 items and an audience with hidden tastes against a gateway.')
    .option('--url <gateway>', 'address of the gateway; default: REKAPPA_URL, else the running `rekappa up`')
    .option('--rate <events/s>', 'events per second; 0: as fast as it goes', number, 50)
    .option('--users <n>', 'visitors', number, 1_000)
    .option('--seed <n>', 'seed of tastes and behaviour', number, 1)
    .option('--duration <s>', 'stop after this many seconds', number)
    .option('--events <n>', 'stop after this many events, sent as fast as it goes', number)
    .option('--concurrency <n>', 'visits at a time', number, 8)
    .option('--blind', 'show random lists instead of asking for recommendations: faster', false)
    .option('--json', 'print the final figures as JSON', false)
    .addOption(dataOption())
    .addHelpText(
      'after',
      '\nExample:\n  rekappa simulate --rate 200 --users 1000\n  rekappa simulate --events 20000 --seed 7 --json',
    )
    .action((options: SimulateOptions) => interruptible((signal) => simulate(options, signal)));
}

async function simulate(options: SimulateOptions, interrupted: AbortSignal): Promise<void> {
  const gateway = new GatewayClient(await gatewayUrl(options.data, options.url), interrupted);
  await gateway.mustAnswer();
  const items = demoCatalogue();
  await publishCatalogue(gateway, items);
  const limited = options.duration
    ? AbortSignal.any([interrupted, AbortSignal.timeout(options.duration * 1000)])
    : interrupted;
  const simulator = new Simulator(gateway, items, {
    ...options,
    rate: options.events === undefined ? options.rate : 0,
    signal: limited,
    onTrouble: troubleReporter(),
  });
  if (!options.json) introduce(gateway.url, items, simulator, options);
  const timer = options.json ? undefined : setInterval(() => report(simulator), REPORT_EVERY_MS);
  try {
    await simulator.play();
  } catch (error) {
    if (!interrupted.aborted) throw error;
  } finally {
    clearInterval(timer);
  }
  if (options.json) printJson(figures(simulator));
  else report(simulator);
  if (simulator.outbox.rejected > 0)
    throw new CliError(`${simulator.outbox.rejected} events were refused: ${simulator.outbox.lastRejection}`);
}

function introduce(
  url: string,
  items: readonly DemoItem[],
  simulator: Simulator,
  options: SimulateOptions,
): void {
  const chance = simulator.audience.randomClickRate(items, LIST_LENGTH);
  printLine(`${items.length} items, ${options.users} visitors, gateway ${url}`);
  printLine(`lists drawn at random would get a click rate of ${percent(chance)}`);
}

function report(simulator: Simulator): void {
  const { lists, clicks, rates } = simulator;
  const { p50, p99 } = simulator.takeLatencies();
  printLine(
    `${Math.round(simulator.seconds)} s  lists ${lists}  clicks ${clicks}  click rate ${percent(rates.overall())} ` +
      `(first minute ${percent(rates.first())}, last minute ${percent(rates.last())})  answers p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
  );
}

function figures(simulator: Simulator): object {
  const { lists, clicks, sent, empty, rates, outbox } = simulator;
  return {
    seconds: simulator.seconds,
    lists,
    empty,
    clicks,
    events: { sent, accepted: outbox.accepted, rejected: outbox.rejected },
    clickRate: { overall: rates.overall(), firstMinute: rates.first(), lastMinute: rates.last() },
    latencyMs: simulator.takeLatencies(),
  };
}

function percent(share: number): string {
  return Number.isNaN(share) ? 'n/a' : `${(share * 100).toFixed(1)} %`;
}

/** One line for a run of failures, not one each. */
function troubleReporter(): (error: unknown) => void {
  let last = -Infinity;
  return (error) => {
    if (performance.now() - last < TROUBLE_EVERY_MS) return;
    last = performance.now();
    process.stderr.write(`waiting for the gateway: ${errorMessage(error)}\n`);
  };
}
