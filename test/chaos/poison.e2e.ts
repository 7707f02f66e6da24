import { describeScenario } from './harness/describe-scenario.js';
import { poison } from './scenarios/poison.js';

await describeScenario(poison);
