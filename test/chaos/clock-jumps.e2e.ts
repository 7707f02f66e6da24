import { describeScenario } from './harness/describe-scenario.js';
import { clockJumps } from './scenarios/clock-jumps.js';

await describeScenario(clockJumps);
