import { AppError, errorFrom } from './errors.js';

describe('what another process says of its failure', () => {
  it('is the same failure here, with its code, message and whether to retry', () => {
    const error = errorFrom({ code: 'REK_OVERLOADED', message: 'a queue is full' });
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'REK_OVERLOADED', message: 'a queue is full', retryable: true });
    expect(errorFrom({ code: 'REK_TIMEOUT' }).message).toContain('deadline');
  });

  it.each(['toString', '__proto__', 'constructor', 'REK_OF_ANOTHER_VERSION', '', undefined])(
    'is REK_INTERNAL with the code %p, which is not ours',
    (code) => {
      expect(errorFrom({ code, message: 'as it was said' })).toMatchObject({
        code: 'REK_INTERNAL',
        message: 'as it was said',
        status: 500,
        retryable: false,
      });
    },
  );
});
