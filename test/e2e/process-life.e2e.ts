/** How every app's process ends: gracefully, by force after a deadline, or at once when its state can no longer be trusted. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { SHUTDOWN_DEADLINE_MS } from '#observability';
import { until } from '#testkit';

const running: ChildProcess[] = [];
afterAll(() => running.forEach((child) => child.kill('SIGKILL')));

/** A minimal app around the lines given; `module` and `app` are in their scope. */
function startApp(lines: string, level = 'info') {
  const script = `
    import { Module } from '@nestjs/common';
    import { ObservabilityModule, ShutdownSequence, runApp } from '#observability';
    class Root {}
    Module({ imports: [ObservabilityModule.forRoot({ app: 'learner', level: '${level}' })] })(Root);
    const app = await runApp(Root, { app: 'learner', host: '127.0.0.1', port: 0, level: '${level}' });
    ${lines}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  running.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return {
    child,
    exited,
    output: () => output,
    listening: () => until('it listens', () => output.includes('"msg":"listening"'), 20_000),
  };
}

it('says where it listens, whatever the log level', async () => {
  const { child, exited, output, listening } = startApp('', 'fatal');
  await listening();
  expect(JSON.parse(output())).toMatchObject({
    msg: 'listening',
    http: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  });
  child.kill('SIGINT');
  expect(await exited).toBe(0);
});

it('finishes its steps on SIGTERM and exits 0', async () => {
  const { child, exited, output, listening } = startApp(`
    app.get(ShutdownSequence).step('drain', 'slow', async () => { await new Promise((done) => setTimeout(done, 300)); console.log('drained'); });`);
  await listening();
  child.kill('SIGTERM');
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
  expect(output()).toMatch(/drained[^]*"msg":"stopped"/);
});

it('gives up draining at the deadline and exits 1', async () => {
  const { child, exited, output, listening } = startApp(
    `app.get(ShutdownSequence).step('drain', 'stuck', () => new Promise(() => undefined));`,
  );
  await listening();
  const startedAt = performance.now();
  child.kill('SIGTERM');
  expect(await exited).toBe(1);
  expect(performance.now() - startedAt).toBeGreaterThan(SHUTDOWN_DEADLINE_MS - 100);
  expect(performance.now() - startedAt).toBeLessThan(SHUTDOWN_DEADLINE_MS + 1_900);
  expect(output()).toContain('shutdown deadline');
}, 30_000);

it.each([
  ['an uncaught exception', `setTimeout(() => { throw new Error('broken invariant'); }, 10);`],
  ['an unhandled rejection', `void Promise.reject(new Error('broken invariant'));`],
])(
  'logs %s with its cause and exits 1 at once',
  async (_name, lines) => {
    const { exited, output } = startApp(lines);
    expect(await exited).toBe(1);
    const line = output()
      .split('\n')
      .find((each) => each.includes('"level":"fatal"'))!;
    expect(JSON.parse(line)).toMatchObject({
      err: { message: 'broken invariant', stack: expect.any(String) },
    });
  },
  30_000,
);
