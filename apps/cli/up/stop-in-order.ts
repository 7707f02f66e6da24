/** Stops one stage after the other within ten seconds in all; time that one leaves unused passes to the next. */
import { errorMessage } from '#kernel';

export interface Stage {
  name: string;
  /** Its share of the time, ms. */
  shareMs: number;
  /** Must not take longer: what has not ended by then is to be killed. */
  stop(deadlineMs: number): Promise<unknown>;
}

/** @returns what went wrong; the other stages are stopped all the same. */
export async function stopInOrder(
  stages: readonly Stage[],
  now: () => number = () => performance.now(),
): Promise<string[]> {
  const startedAt = now();
  const problems: string[] = [];
  let allotted = 0;
  for (const stage of stages) {
    allotted += stage.shareMs;
    try {
      await stage.stop(Math.max(0, allotted - (now() - startedAt)));
    } catch (error) {
      problems.push(`${stage.name}: ${errorMessage(error)}`);
    }
  }
  return problems;
}
