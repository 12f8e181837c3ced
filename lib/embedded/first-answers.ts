/** Work that is done once per operation id: the same id again gets the first answer, even while it is being computed. */
export type FirstAnswers<T> = {
  once(operationId: string, work: () => Promise<T>): Promise<T>;
  forget(): void;
};

/** Answers kept: a client repeats its last few operations at most. */
const KEPT_ANSWERS = 256;

export function createFirstAnswers<T>(): FirstAnswers<T> {
  const answers = new Map<string, Promise<T>>();
  return {
    once(operationId, work) {
      const known = answers.get(operationId);
      if (known !== undefined) return known;
      const answer = work();
      answers.set(operationId, answer);
      const oldest = answers.keys().next().value;
      if (answers.size > KEPT_ANSWERS && oldest !== undefined) answers.delete(oldest);
      return answer;
    },
    forget: () => answers.clear(),
  };
}
