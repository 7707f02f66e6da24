/**
 * What a rating predictor has to beat: River's recommenders with the settings of River's own guide
 * (riverml.xyz, "Matrix factorization for recommender systems", part 1), step by step as River computes them:
 *
 *     ȳ is the mean of all ratings, the one being learnt included;  g = 2 (ŷ − y)
 *     Baseline   ŷ = ȳ + b_u + b_i;                 b −= .025 g
 *     BiasedMF   ŷ = ȳ + b_u + b_i + v_u · v_i;     b −= .025 g,  v_u −= .05 g v_i,  v_i −= .05 g v_u
 *
 * v starts at N(0, .1), k = 10; predictions are cut to the scale, whose ends are given beforehand, unlike ours. Only the
 * random numbers of v differ from River's.
 */
import { SeededRandom } from '#kernel';

export interface RatingPredictor {
  readonly name: string;
  predict(userId: string, itemId: string): number;
  learn(userId: string, itemId: string, rating: number): void;
}

const BIAS_RATE = 0.025;
const LATENT_RATE = 0.05;
const LATENT_SCALE = 0.1;
const FACTORS = 10;
const SEED = 73;

export function runningMean(): RatingPredictor {
  let [n, mean] = [0, 0];
  return {
    name: 'running mean',
    predict: () => mean,
    learn: (_user, _item, rating) => void (mean += (rating - mean) / ++n),
  };
}

/** @param rate the guide's, unless told otherwise */
export const riverBaseline = (rate = BIAS_RATE): RatingPredictor => biased('River Baseline', 0, rate);
export const riverBiasedMf = (): RatingPredictor => biased('River BiasedMF', FACTORS, BIAS_RATE);

/** The same, cut to the ends of the scale. */
export function clipped(predictor: RatingPredictor, low: number, high: number): RatingPredictor {
  return {
    name: predictor.name,
    predict: (user, item) => Math.min(high, Math.max(low, predictor.predict(user, item))),
    learn: (user, item, rating) => predictor.learn(user, item, rating),
  };
}

function biased(name: string, factors: number, rate: number): RatingPredictor {
  const random = new SeededRandom(SEED);
  const mean = runningMean();
  const users = new Map<string, Side>();
  const items = new Map<string, Side>();
  const side = (sides: Map<string, Side>, id: string): Side => {
    let found = sides.get(id);
    if (!found) {
      found = {
        bias: 0,
        latent: Float64Array.from({ length: factors }, () => LATENT_SCALE * random.normal()),
      };
      sides.set(id, found);
    }
    return found;
  };
  const predict = (userId: string, itemId: string): number => {
    const [user, item] = [side(users, userId), side(items, itemId)];
    let sum = mean.predict(userId, itemId) + user.bias + item.bias;
    for (let f = 0; f < factors; f++) sum += user.latent[f]! * item.latent[f]!;
    return sum;
  };
  const learn = (userId: string, itemId: string, rating: number): void => {
    mean.learn(userId, itemId, rating);
    const gradient = 2 * (predict(userId, itemId) - rating);
    const [user, item] = [side(users, userId), side(items, itemId)];
    user.bias -= rate * gradient;
    item.bias -= rate * gradient;
    for (let f = 0; f < factors; f++) {
      const [mine, its] = [user.latent[f]!, item.latent[f]!];
      user.latent[f] = mine - LATENT_RATE * gradient * its;
      item.latent[f] = its - LATENT_RATE * gradient * mine;
    }
  };
  return { name, predict, learn };
}

interface Side {
  bias: number;
  readonly latent: Float64Array;
}
