import { checkCase } from './check-case';
import { readCases } from './golden-case';

export type CaseOutcome = {
  readonly passed: number;
  readonly failures: readonly { readonly name: string; readonly difference: string }[];
};

/** Runs the golden cases of one JSON file. */
export function runCases(text: string): CaseOutcome {
  const cases = readCases(text);
  const failures = cases.flatMap((golden) => {
    const difference = checkCase(golden);
    return difference === null ? [] : [{ name: golden.name, difference }];
  });
  return { passed: cases.length - failures.length, failures };
}
