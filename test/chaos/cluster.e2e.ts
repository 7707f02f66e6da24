import { describeScenario } from './harness/describe-scenario.js';
import { cluster } from './scenarios/cluster.js';

await describeScenario(cluster);
