import { describeScenario } from './harness/describe-scenario.js';
import { logDamage } from './scenarios/log-damage.js';

await describeScenario(logDamage);
