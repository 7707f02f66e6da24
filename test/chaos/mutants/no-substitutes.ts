/** The gateway has nothing but what a host answers. */
import { AppError } from '#kernel';
import { Recommender } from '../../../apps/gateway/reads/recommender.js';
import { inside } from './inside.js';

inside<{ substituteList(): Promise<never> }>(Recommender).substituteList = () =>
  Promise.reject(new AppError('REK_HOST_UNAVAILABLE'));
