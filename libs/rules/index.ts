export * from './rule.js';
export { RuleSet, ruleProblems, type RuleProblem } from './rule-set.js';
export {
  EVALUATIONS_MAX,
  RuleRun,
  type RuledItem,
  type RuleFailed,
  type RuleMove,
  type RuleScene,
} from './rule-run.js';
