import { describeScenario } from './harness/describe-scenario.js';
import { security } from './scenarios/security.js';

await describeScenario(security);
