import { parseNatsUrl } from './nats-url.js';

describe('NATS_URL', () => {
  it.each([
    ['nats://127.0.0.1:4222', { servers: ['127.0.0.1:4222'], tls: false }],
    ['localhost:4222', { servers: ['localhost:4222'], tls: false }],
    ['nats://a:1, nats://b:2', { servers: ['a:1', 'b:2'], tls: false }],
    [
      'tls://ann:s%40cret@a:1,tls://ann:s%40cret@b',
      { servers: ['a:1', 'b'], tls: true, user: 'ann', pass: 's@cret' },
    ],
    ['nats://token@a:1', { servers: ['a:1'], tls: false, token: 'token' }],
    ['nats://[::1]:4222', { servers: ['[::1]:4222'], tls: false }],
  ])('%s', (text, wanted) => {
    expect(parseNatsUrl(text)).toEqual(wanted);
  });

  it.each(['http://a:1', 'nats://', 'nats://ann:secret@'])('refuses %s without repeating it', (text) => {
    expect(() => parseNatsUrl(text)).toThrow(expect.objectContaining({ code: 'REK_CONFIG_INVALID' }));
    expect(() => parseNatsUrl(text)).not.toThrow(/secret/);
  });
});
