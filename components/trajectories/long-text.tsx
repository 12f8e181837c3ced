'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/cn';
import { visibleText } from '@/lib/insight/visible-text';

/** What is longer is shown on request: results of tools run to megabytes. */
const FIRST_LINES = 24;
const FIRST_CHARACTERS = 4000;

/** Text that somebody else wrote, as it is; the beginning of a long one. */
export function LongText(props: {
  text: string;
  /** Within a card that has a border already. */
  isQuiet?: boolean;
  isError?: boolean;
  /** Context that is not trained on, in the view that shows what is. */
  isContext?: boolean;
}) {
  const [isWhole, setIsWhole] = useState(false);
  const { text } = props;
  const beginning = beginningOf(text);
  const hidden = text.length - beginning.length;
  return (
    <div
      className={cn(
        'min-w-0',
        props.isQuiet !== true && 'rounded-button border bg-panel px-3 py-2',
        props.isContext === true && 'tokens-of-context',
      )}
    >
      <p
        dir="auto"
        className={cn(
          'font-mono text-sm break-words whitespace-pre-wrap [font-variant-ligatures:none]',
          props.isError === true && 'text-error',
        )}
      >
        {text === '' ? <span className="text-muted">(empty)</span> : visibleText(isWhole ? text : beginning)}
      </p>
      {hidden > 0 && !isWhole ? (
        <Button size="sm" className="mt-1" onClick={() => setIsWhole(true)}>
          Show all {text.split('\n').length} lines, {text.length} characters
        </Button>
      ) : null}
    </div>
  );
}

function beginningOf(text: string): string {
  return text.split('\n').slice(0, FIRST_LINES).join('\n').slice(0, FIRST_CHARACTERS);
}
