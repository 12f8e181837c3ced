'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/skeleton';
import { healthQuery } from '@/lib/api-client/health';
import { runQuery } from '@/lib/api-client/runs';
import { isActive, type RunId } from '@/lib/domain/run';
import type { Health } from '@/lib/insight/health/health';
import { healthWords } from '@/lib/insight/health-words';
import { StatusMark } from '../status-mark';
import { AdvisoryItem } from './advisory-item';
import { HealthHistory } from './health-history';
import { type MuteAdvisory, useMute } from './use-mute';

/** More at once would hide the one that matters; the rest is counted. */
const SHOWN = 3;

/** Whether the run is well, above its charts: a word, then what is wrong, most urgent first. */
export function HealthRow({ id, mute }: { id: RunId; mute: MuteAdvisory }) {
  const { data: run } = useQuery(runQuery(id));
  const { data, error } = useQuery(healthQuery(id, run !== undefined && isActive(run.status)));
  const [isOpen, setIsOpen] = useState(false);
  const [hasAll, setHasAll] = useState(false);
  const setMuted = useMute(id, mute);
  if (data === undefined || run === undefined) return <Waiting message={error?.message ?? null} />;
  const { health, muted } = data;
  const heard = health.current.filter((advisory) => !muted.includes(advisory.id));
  const words = healthWords(heard, health.steps);
  const shown = hasAll ? heard : heard.slice(0, SHOWN);
  const isMuted = health.current.length - heard.length;
  return (
    <section aria-label="Health" className="mx-4 mt-3 rounded-card border bg-panel">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-1.5">
        <Badge tone={words.tone} className="gap-1.5">
          <StatusMark shape={words.shape} />
          {words.word}
        </Badge>
        <span className="text-sm text-muted">{basis(health, isMuted)}</span>
        <Button
          size="sm"
          variant="ghost"
          className="ml-auto"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          {isOpen ? 'Hide the history' : 'History'}
        </Button>
      </div>
      {shown.length === 0 ? null : (
        <ul className="border-t">
          {shown.map((advisory) => (
            <AdvisoryItem
              key={advisory.id}
              run={run}
              advisory={advisory}
              onMute={() => setMuted(advisory.id, true)}
            />
          ))}
        </ul>
      )}
      {heard.length > SHOWN ? (
        <Button size="sm" variant="ghost" className="m-1" onClick={() => setHasAll(!hasAll)}>
          {hasAll ? 'Show the most urgent' : `Show ${heard.length - SHOWN} more`}
        </Button>
      ) : null}
      {isOpen ? (
        <HealthHistory
          run={run}
          health={health}
          muted={muted}
          onHear={(advisory) => setMuted(advisory, false)}
        />
      ) : null}
    </section>
  );
}

function basis({ rules, steps, heldBack }: Health, muted: number): string {
  const parts = [
    `${rules.ran} of ${rules.all} rules had data, over ${steps} ${steps === 1 ? 'step' : 'steps'}`,
    heldBack === 0
      ? null
      : `${heldBack} ${heldBack === 1 ? 'tip waits' : 'tips wait'} until nothing is wrong`,
    muted === 0 ? null : `${muted} muted`,
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

/** As high as a healthy row, so that nothing moves when the verdict comes. */
function Waiting({ message }: { message: string | null }) {
  if (message === null) return <Skeleton className="mx-4 mt-3 h-10.5 rounded-card" />;
  return <p className="mx-4 mt-3 text-warning">The run’s health cannot be read. {message}</p>;
}
