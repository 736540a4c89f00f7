/** The interpreter that prints. */
export { type ExplainedRule, type ExplainOptions, type Explanation, explain } from './explain.js'
