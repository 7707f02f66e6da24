import { PassThrough } from 'node:stream';
import { confirmed } from './confirm.js';

const never = new AbortController().signal;

function terminal(): { input: PassThrough; output: PassThrough } {
  return { input: new PassThrough(), output: new PassThrough() };
}

describe('a question at the terminal', () => {
  it.each([
    ['y\n', true],
    [' Yes \n', true],
    ['\n', false],
    ['no\n', false],
    ['yesterday\n', false],
  ])('that is answered by %j means %s', async (answer, yes) => {
    const { input, output } = terminal();
    const asked = confirmed('Sure?', never, { input, output });
    input.write(answer);
    expect(await asked).toBe(yes);
    expect(String(output.read())).toContain('Sure? [y/N] ');
  });

  it('is answered no by the end of the input, and by an interruption', async () => {
    const ended = terminal();
    const left = confirmed('Sure?', never, ended);
    ended.input.end();
    expect(await left).toBe(false);
    const controller = new AbortController();
    const interrupted = confirmed('Sure?', controller.signal, terminal());
    controller.abort();
    expect(await interrupted).toBe(false);
  });
});
