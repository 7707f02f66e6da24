import { describeScenario } from './harness/describe-scenario.js';
import { sigterm } from './scenarios/sigterm.js';

await describeScenario(sigterm);
