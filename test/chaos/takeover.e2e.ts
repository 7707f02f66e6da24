import { describeScenario } from './harness/describe-scenario.js';
import { takeover } from './scenarios/takeover.js';

await describeScenario(takeover);
