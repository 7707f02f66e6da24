import { describeScenario } from './harness/describe-scenario.js';
import { diskFull } from './scenarios/disk-full.js';

await describeScenario(diskFull);
