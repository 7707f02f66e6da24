/** What mutants have in common that make of a found API key another one. */
import { ApiKeys, type ApiKeySettings } from '../../../apps/gateway/access/api-keys.js';
import { inside } from './inside.js';

interface Inside {
  find(presented: string, now: number): ApiKeySettings | undefined;
}

export function everyKey(changed: Partial<ApiKeySettings>): void {
  const keys = inside<Inside>(ApiKeys);
  const find = keys.find;
  keys.find = function (presented, now) {
    const key = find.call(this, presented, now);
    return key && { ...key, ...changed };
  };
}
