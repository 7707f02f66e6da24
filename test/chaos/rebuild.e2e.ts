import { describeScenario } from './harness/describe-scenario.js';
import { rebuild } from './scenarios/rebuild.js';

await describeScenario(rebuild);
