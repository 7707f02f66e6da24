/** One actor host as a process of its own, started from dist/ as `rekappa up` does. */
import { join } from 'node:path';
import { launch, type Child } from '#embedded';
import { until } from '#kernel';

const MAIN = join(process.cwd(), 'dist', 'apps', 'actors', 'main.js');
const READY_MS = 60_000;

export interface HostProcess {
  readonly child: Child;
  readonly url: string;
  /** Log lines so far, parsed. */
  readonly lines: readonly Record<string, unknown>[];
  metric(name: string): Promise<number>;
}

/** Resolves when the host answers /health/ready. */
export async function startHost(
  folder: string,
  name: string,
  environment: Record<string, string>,
): Promise<HostProcess> {
  const lines: Record<string, unknown>[] = [];
  const child = await launch({
    name,
    command: process.execPath,
    args: [MAIN, '--name', name],
    marker: `--name ${name}`,
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
    logFile: join(folder, `${name}.log`),
    pidFile: join(folder, `${name}.pid`),
    onLine: (line) => {
      try {
        lines.push(JSON.parse(line) as Record<string, unknown>);
      } catch {
        lines.push({ msg: line });
      }
    },
  });
  const listening = () => lines.find((line) => line['msg'] === 'listening')?.['http'] as string | undefined;
  await until(
    `${name} is ready`,
    async () => {
      if (child.status) throw new Error(`${name} ended: ${JSON.stringify(lines.slice(-5))}`);
      const url = listening();
      return (
        url !== undefined &&
        (await fetch(`${url}/health/ready`).then(
          (answer) => answer.ok,
          () => false,
        ))
      );
    },
    READY_MS,
    50,
  );
  const url = listening()!;
  return {
    child,
    url,
    lines,
    metric: async (metric) => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const values = text
        .split('\n')
        .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
      return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    },
  };
}
