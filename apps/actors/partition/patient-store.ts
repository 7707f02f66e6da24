/** Waits for Postgres as long as it takes, or until the partition is given up: its lease bounds the wait. */
import { AppError, sleep } from '#kernel';

const RETRY_BASE_MS = 100;
const RETRY_CAP_MS = 3_000;

/**
 * @param retrying told of each failure
 * @throws AppError REK_LEASE_LOST once `givenUp`; whatever else `operation` throws
 */
export async function untilStoreAnswers<T>(
  operation: () => Promise<T>,
  givenUp: () => boolean,
  retrying: (error: AppError) => void,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    if (givenUp()) throw new AppError('REK_LEASE_LOST');
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'REK_STORE_UNAVAILABLE') throw error;
      retrying(error);
      await sleep(Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** attempt) * (0.5 + Math.random() / 2));
    }
  }
}
