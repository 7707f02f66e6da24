import { describeScenario } from './harness/describe-scenario.js';
import { damage } from './scenarios/damage.js';

await describeScenario(damage);
