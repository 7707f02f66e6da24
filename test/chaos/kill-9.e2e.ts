import { describeScenario } from './harness/describe-scenario.js';
import { kill9 } from './scenarios/kill-9.js';

await describeScenario(kill9);
