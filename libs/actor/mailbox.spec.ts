/** Promises of the mailboxes: one request at a time per actor, in order, bounded, and no actor waits for another. */
import { Mailboxes } from './mailbox.js';

function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

describe('Mailboxes', () => {
  it('handle requests of one actor one at a time, in order of arrival', async () => {
    const boxes = new Mailboxes(10);
    const log: string[] = [];
    const request = (name: string) =>
      boxes.run('ann', async () => {
        log.push(`+${name}`);
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`-${name}`);
      });
    await Promise.all(['a', 'b', 'c'].map(request));
    expect(log).toEqual(['+a', '-a', '+b', '-b', '+c', '-c']);
  });

  it('refuse what exceeds the bound, for that actor only, and accept again afterwards', async () => {
    const boxes = new Mailboxes(2);
    const { open, opened } = gate();
    const waiting = [boxes.run('ann', () => opened), boxes.run('ann', () => opened)];
    await expect(boxes.run('ann', () => 1)).rejects.toMatchObject({ code: 'REK_OVERLOADED', status: 429 });
    expect(await boxes.run('bob', () => 2)).toBe(2);
    open();
    await Promise.all(waiting);
    expect(await boxes.run('ann', () => 3)).toBe(3);
    expect(boxes.size).toBe(0);
  });

  it('give an error to its own caller and go on with the next request', async () => {
    const boxes = new Mailboxes(5);
    const failing = boxes.run('ann', () => {
      throw new Error('mine');
    });
    const next = boxes.run('ann', () => 'fine');
    await expect(failing).rejects.toThrow('mine');
    expect(await next).toBe('fine');
  });
});
