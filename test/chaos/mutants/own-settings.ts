/** A host folds by what it is configured with, whatever stands in the log. */
import { SettingsHistory } from '#interest';
import { inside } from './inside.js';

interface Inside {
  configuredRules: unknown;
  at(sequence: number): unknown;
}

inside<Inside>(SettingsHistory).at = function () {
  return this.configuredRules;
};
