/** Dead letters hold what a direct publisher got wrong, as it came: also of a user who is to be erased. */
import type { DeadLetters, StoredDeadLetter } from '#log';

const PAGE = 1_000;
/** Values of one letter looked at: parsed JSON of a megabyte has more, but none of them an event that was meant for us. */
const VALUES_MAX = 100_000;

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

/**
 * A letter is of the user when the id is a value anywhere in it, as a text or as a number: it is dead because it was not formed as
 * it should be. What is no JSON is when it names the id in quotes, or has it as a word where the id is a number.
 */
function isOf(userId: string, { raw, encoding }: StoredDeadLetter): boolean {
  const text = encoding === 'base64' ? Buffer.from(raw, 'base64').toString('utf8') : raw;
  try {
    return hasValue(JSON.parse(text), userId);
  } catch {
    if (text.includes(JSON.stringify(userId))) return true;
    return /^\d+$/.test(userId) && new RegExp(`(?<![\\d.])${userId}(?![\\d.])`).test(text);
  }
}

function hasValue(root: unknown, userId: string): boolean {
  const open = [root];
  for (let seen = 0; open.length > 0; seen++) {
    if (seen === VALUES_MAX) return JSON.stringify(root).includes(JSON.stringify(userId));
    const value = open.pop();
    if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) open.push(each);
    else if ((typeof value === 'string' || typeof value === 'number') && String(value) === userId)
      return true;
  }
  return false;
}
