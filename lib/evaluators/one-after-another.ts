import type { EvaluatorHost } from './evaluator-host';

/**
 * At most so many calls at once; the others wait here, where no time limit runs. For evaluators whose calls start
 * programs or ask servers.
 */
export function oneAfterAnother(host: EvaluatorHost, parallel: number): EvaluatorHost {
  let free = parallel;
  const waiting: (() => void)[] = [];
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    evaluate: async (request, signal) => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await host.evaluate(request, signal);
      } finally {
        release();
      }
    },
    close: () => host.close(),
  };
}
