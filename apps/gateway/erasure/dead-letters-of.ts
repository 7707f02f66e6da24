/** Dead letters hold what a direct publisher got wrong, as it came: also of a user who is to be erased. */
import type { DeadLetters, StoredDeadLetter } from '#log';

const PAGE = 1_000;
const PERSONAL = ['userId', 'intoUserId', 'fromUserId'];

/** Removes them from the dead stream; the server overwrites their bytes. @returns how many */
export async function dropDeadLettersOf(userId: string, letters: DeadLetters): Promise<number> {
  let dropped = 0;
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page = await letters.list({ after, limit: PAGE });
    for (const letter of page.letters)
      if (isOf(userId, letter) && (await letters.drop(letter.sequence))) dropped++;
    after = page.next;
  }
  return dropped;
}

/** What cannot be read as events is of the user when it names the id in quotes. */
function isOf(userId: string, { raw, encoding }: StoredDeadLetter): boolean {
  const text = encoding === 'base64' ? Buffer.from(raw, 'base64').toString('utf8') : raw;
  try {
    return [JSON.parse(text) as unknown].flat().some((event) => names(event, userId));
  } catch {
    return text.includes(JSON.stringify(userId));
  }
}

function names(event: unknown, userId: string): boolean {
  if (typeof event !== 'object' || event === null) return false;
  return PERSONAL.some((field) => (event as Record<string, unknown>)[field] === userId);
}
