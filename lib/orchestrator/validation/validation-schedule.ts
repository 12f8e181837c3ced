/** When a run is measured on its held-out tasks. */
export type ValidationSchedule = {
  readonly beforeTrain: boolean;
  /** Steps between two; 0 = only before and after, if at all. */
  readonly every: number;
  readonly totalSteps: number;
};

/** Is a validation due at this many completed steps? */
export function isValidationDue(
  { beforeTrain, every, totalSteps }: ValidationSchedule,
  step: number,
): boolean {
  if (step === 0) return beforeTrain;
  return (every > 0 && step % every === 0) || step === totalSteps;
}
