'use client';

import Link from 'next/link';
import { useSelectedLayoutSegment } from 'next/navigation';
import { cn } from '@/components/ui/cn';
import { RUN_TABS, runHref, type RunTab } from '@/lib/api-client/run-urls';
import type { RunId } from '@/lib/domain/run';

const TITLES: Readonly<Record<RunTab, string>> = {
  overview: 'Overview',
  metrics: 'Metrics',
  rollouts: 'Rollouts',
  logs: 'Logs',
  config: 'Config',
  checkpoints: 'Checkpoints',
};

export function RunTabs({ id }: { id: RunId }) {
  const segment = useSelectedLayoutSegment() ?? 'overview';
  return (
    <nav aria-label="Views of this run" className="flex overflow-x-auto px-2">
      {RUN_TABS.map((tab) => (
        <Link
          key={tab}
          href={runHref(id, tab)}
          aria-current={tab === segment ? 'page' : undefined}
          className={cn(
            'border-b-2 border-transparent px-2.5 py-1.5 whitespace-nowrap text-muted hover:text-ink focus-visible:-outline-offset-2',
            tab === segment && 'border-accent font-semibold text-ink',
          )}
        >
          {TITLES[tab]}
        </Link>
      ))}
    </nav>
  );
}
