import { SeededRandom } from '#kernel';
import { ModelReplica } from '#learning';
import { RuleSet } from '#rules';
import { contest } from './recommend.js';
import { SampleWorld, SERVING } from './sample-world.js';

const CATEGORIES = 12;
const EACH = 25;
const USERS = 60;
const LISTS = 4;
/** Users whose candidates are looked at. */
const ASKED = 12;
const SHOWN = 10;
const BEST = 10;
const UNCUT = 500;
/** Items better than this, in [0, 1), are good. */
const GOOD = 0.7;
/** A fifth of what recall finds. */
const CUT = 40;

describe('A list of candidates cut by the first look', () => {
  it('keeps nearly all of those that the fine rank would put first', () => {
    const { world, users } = tasteful();
    let kept = 0;
    for (const user of users) {
      const best = candidatesOf(world, user, UNCUT).slice(0, BEST);
      const cut = new Set(candidatesOf(world, user, CUT));
      expect(cut.size).toBe(CUT);
      kept += best.filter((id) => cut.has(id)).length;
    }
    expect(kept / (users.length * BEST)).toBeGreaterThan(0.95);
  });
});

function candidatesOf(world: SampleWorld, user: string, coarseMax: number): readonly string[] {
  return contest({
    user: world.user(user),
    request: { n: BEST },
    catalogue: world.catalogue,
    index: world.index,
    replica: ModelReplica.of(world.model),
    settings: { ...SERVING, coarseMax },
    random: new SeededRandom(5),
    now: world.now,
    rules: [RuleSet.compile([])],
  }).itemIds;
}

/** Users who click on good items, and more on those of their two categories. What is good only the model can know. */
function tasteful(): { world: SampleWorld; users: string[] } {
  const world = new SampleWorld();
  const random = new SeededRandom(3);
  const items = Array.from({ length: CATEGORIES * EACH }, () => random.next());
  items.forEach((quality, i) =>
    world.put(`item ${i}`, {
      categories: [`category ${i % CATEGORIES}`],
      attributes: { f_quality: quality > GOOD ? 1 : 0 },
    }),
  );
  const likes = (user: number, category: number): boolean =>
    category === user % CATEGORIES || category === (user * 5 + 1) % CATEGORIES;
  const clickRate = (user: number, item: number): number =>
    items[item]! <= GOOD ? 0.02 : likes(user, item % CATEGORIES) ? 0.7 : 0.3;
  const users = Array.from({ length: USERS }, (_, user) => `user ${user}`);
  for (let list = 0; list < LISTS; list++) {
    users.forEach((userId, user) => {
      const shown = new Set(Array.from({ length: SHOWN }, () => random.below(items.length)));
      world.show(
        userId,
        [...shown].map((item) => `item ${item}`),
      );
      for (const item of shown)
        if (random.next() < clickRate(user, item)) world.act(userId, 'click', `item ${item}`);
    });
    world.pass(3_600);
  }
  return { world, users: users.slice(0, ASKED) };
}
