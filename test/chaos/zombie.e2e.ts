import { describeScenario } from './harness/describe-scenario.js';
import { zombie } from './scenarios/zombie.js';

await describeScenario(zombie);
