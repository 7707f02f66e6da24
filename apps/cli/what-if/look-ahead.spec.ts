import { lookAhead, type OpenedMessage } from './look-ahead.js';

async function* messages(count: number): AsyncGenerator<OpenedMessage> {
  for (let sequence = 1; sequence <= count; sequence++)
    yield { message: { sequence, subject: 'log.user.0', appendedAt: 0 }, entries: [] };
}

it('announces each message so many before it is given, and gives all in order', async () => {
  let announced = 0;
  const given: number[] = [];
  const leads: number[] = [];
  for await (const { message } of lookAhead(
    messages(50),
    ({ message: { sequence } }) => (announced = sequence),
    7,
  )) {
    given.push(message.sequence);
    leads.push(announced - message.sequence);
  }
  expect(given).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  expect(leads.slice(0, 43)).toEqual(Array.from({ length: 43 }, () => 7));
  expect(leads.at(-1)).toBe(0);
});
