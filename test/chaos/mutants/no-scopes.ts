/** Every key has every scope. */
import { ApiKeys, type ApiKeySettings } from '../../../apps/gateway/access/api-keys.js';
import { inside } from './inside.js';

interface Inside {
  find(presented: string, now: number): ApiKeySettings | undefined;
}

const keys = inside<Inside>(ApiKeys);
const find = keys.find;
keys.find = function (presented, now) {
  const key = find.call(this, presented, now);
  return key && { ...key, scopes: ['admin'] };
};
