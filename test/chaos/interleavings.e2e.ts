import { describeScenario } from './harness/describe-scenario.js';
import { interleavings } from './scenarios/interleavings.js';

await describeScenario(interleavings);
