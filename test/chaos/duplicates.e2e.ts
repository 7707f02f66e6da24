import { describeScenario } from './harness/describe-scenario.js';
import { duplicates } from './scenarios/duplicates.js';

await describeScenario(duplicates);
