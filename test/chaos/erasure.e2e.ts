import { describeScenario } from './harness/describe-scenario.js';
import { erasure } from './scenarios/erasure.js';

await describeScenario(erasure);
