'use client';

import { useEffect, useRef, useState } from 'react';
import type { CompareAnswer, CompareQuestion } from './compare-request';
import type { ComparedPreviews } from './compared-rows';

/** The preview comes first: a comparison waits until typing has settled. */
const SETTLE_MS = 350;

export type Comparison = {
  readonly compared: Readonly<Record<string, ComparedPreviews>>;
  readonly isComplete: boolean;
};

const NOTHING: Comparison = { compared: {}, isComplete: true };

/**
 * Compares compositions in a worker; what was known stays in view until the new answer is complete. The question is put
 * together when typing has settled, too; a new function asks anew.
 */
export function useComparison(ask: (() => CompareQuestion | null) | null): Comparison {
  const [comparison, setComparison] = useState<Comparison>(NOTHING);
  const worker = useRef<Worker | null>(null);
  const lastId = useRef(0);

  // Outside system: the comparing worker.
  useEffect(() => () => worker.current?.terminate(), []);
  useEffect(() => {
    const id = (lastId.current += 1);
    const timer = setTimeout(() => {
      const question = ask?.() ?? null;
      if (question === null || question.pairs.length === 0) {
        setComparison(NOTHING);
        return;
      }
      worker.current ??= new Worker(new URL('./compare.worker.ts', import.meta.url), { type: 'module' });
      let found: Readonly<Record<string, ComparedPreviews>> = {};
      worker.current.onmessage = ({ data }: MessageEvent<CompareAnswer>) => {
        if (data.id !== lastId.current) return;
        found = { ...found, [data.key]: data.compared };
        if (Object.keys(found).length === question.pairs.length)
          setComparison({ compared: found, isComplete: true });
      };
      setComparison((before) => ({ ...before, isComplete: false }));
      worker.current.postMessage({ ...question, id });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [ask]);

  return comparison;
}
