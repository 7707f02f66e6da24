import { describeScenario } from './harness/describe-scenario.js';
import { degraded } from './scenarios/degraded.js';

await describeScenario(degraded);
