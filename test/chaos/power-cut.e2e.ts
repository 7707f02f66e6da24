import { describeScenario } from './harness/describe-scenario.js';
import { powerCut } from './scenarios/power-cut.js';

await describeScenario(powerCut);
