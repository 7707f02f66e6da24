import { describe as told } from './erase.js';

const answer = { user: 'ada', users: 1, seq: 8_123, done: true, sealed: true };

describe('what is told of an erasure', () => {
  it('is whether the log can still be read, and who went along', () => {
    expect(told(answer)).toMatch(/^ada: erased \(log 8,123\).*cannot be read any more$/);
    expect(told({ ...answer, users: 3 })).toMatch(/^ada: erased, with 2 merged into them/);
    expect(told({ ...answer, sealed: false })).toMatch(/the log KEEPS what stands there in the clear/);
    expect(told({ ...answer, done: false })).toMatch(/^ada: being erased/);
    expect(told({ ...answer, users: 0 })).toBe('ada: nothing is known of them');
  });
});
