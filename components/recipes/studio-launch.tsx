'use client';

import { useRouter } from 'next/navigation';
import { streamPreflight } from '@/lib/api-client/preflight';
import { LaunchSheet } from './launch-sheet';
import { variantTitle } from './layer-of';
import { backendTitle, planFacts } from './plan-facts';
import type { StudioActions } from './studio-actions';
import { dirtyPaths, splitOverrides } from './studio-state';
import type { LivePreview } from './use-preview';
import type { Studio } from './use-studio';

/** The launch sheet, bound to what is open in the studio. */
export function StudioLaunch(props: {
  studio: Studio;
  recipe: string;
  entry: string;
  rows: LivePreview['lastRows'];
  actions: StudioActions;
  onSave: () => Promise<boolean>;
  onShowKey: (path: string) => void;
  onClose: () => void;
}) {
  const { state } = props.studio;
  const router = useRouter();
  return (
    <LaunchSheet
      recipe={props.recipe}
      entry={props.entry}
      backend={backendTitle(props.rows) ?? variantTitle(state.variant ?? props.entry)}
      facts={planFacts(props.rows)}
      overrides={splitOverrides(state.overrides)}
      dirty={dirtyPaths(state)}
      actions={props.actions}
      makeChecks={streamPreflight}
      onSave={props.onSave}
      onShowKey={props.onShowKey}
      onLaunched={(run) => router.push(`/runs/${run}`)}
      onClose={props.onClose}
    />
  );
}
