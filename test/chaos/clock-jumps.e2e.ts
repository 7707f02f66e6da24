import { describeScenario } from './harness/describe-scenario.js';
import { clockJumps } from './scenarios/clock-jumps.js';

describeScenario(clockJumps);
