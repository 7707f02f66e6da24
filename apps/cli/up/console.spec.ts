import { UpConsole } from './console.js';
import { parseLogLine } from './log-line.js';

function capture() {
  const lines: string[] = [];
  const clock = { now: 0 };
  const out = { isTTY: false, write: (text: string) => lines.push(text.trimEnd().slice(9)) > 0 };
  return { console: new UpConsole(out, () => clock.now), lines, clock };
}
const warning = JSON.stringify({ level: 'warn', msg: 'Redis is away', err: { message: 'ECONNREFUSED' } });

describe('the console of `up`', () => {
  it('shows problems of the processes, and nothing else', () => {
    const { console, lines } = capture();
    console.processLine('gateway', JSON.stringify({ level: 'info', msg: 'request' }));
    console.processLine('gateway', 'not JSON');
    console.processLine('gateway', warning);
    expect(lines).toEqual(['gateway   Redis is away: ECONNREFUSED']);
  });

  it('counts a repeated problem instead of repeating it', () => {
    const { console, lines, clock } = capture();
    for (clock.now = 0; clock.now <= 10_000; clock.now += 1_000) console.processLine('gateway', warning);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('and 9 times before');
  });
});

describe('a log line', () => {
  it('tells where a process listens', () => {
    expect(parseLogLine('{"level":"info","msg":"listening","http":"http://127.0.0.1:8080"}')?.http).toBe(
      'http://127.0.0.1:8080',
    );
    expect(parseLogLine('{"level":"info","msg":"calling","http":"http://elsewhere"}')?.http).toBeUndefined();
  });

  it('knows the numbers of pino as well as its labels', () => {
    expect(
      [30, 'info', 40, 'warn', 50, 'fatal'].map(
        (level) => parseLogLine(JSON.stringify({ level, msg: 'x' }))?.severity,
      ),
    ).toEqual(['info', 'info', 'warning', 'warning', 'error', 'error']);
  });

  it('is cut when it is long, and undefined when it is none', () => {
    expect(parseLogLine(JSON.stringify({ msg: 'x'.repeat(1000) }))!.text.length).toBeLessThan(300);
    expect(parseLogLine('{"broken')).toBeUndefined();
  });
});
