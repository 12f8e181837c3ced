/** What `builtin:…` may name in `rollout_worker.evaluator_module_path`, with what each rewards. */
export const BUILTIN_EVALUATORS = {
  exact_match: '1 for the text of the right answer, else 0.',
  fuzzy_match: '1 when the answer is similar enough; evaluator_args.threshold says how much.',
  regex: '1 when what evaluator_args.pattern takes out of the answer is the right answer.',
  math: 'Compares the last \\boxed{…} with the right answer, by writing and by value.',
  json_schema: '1 when the answer holds JSON that a schema accepts.',
  code_tests: '1 when the program in the answer passes all tests of the row.',
  llm_judge: 'Asks a model behind an OpenAI-compatible API for a score.',
} as const;
