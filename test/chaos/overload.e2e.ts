import { describeScenario } from './harness/describe-scenario.js';
import { overload } from './scenarios/overload.js';

await describeScenario(overload);
