'use client';

import { useStable } from '@/components/ui/use-stable';
import { FileTree } from './file-tree';
import type { useStudioLife } from './life/use-studio-life';
import type { StudioData } from './studio-data';
import { dirtyPaths } from './studio-state';
import type { PreviewClient } from './use-preview';
import type { Studio } from './use-studio';
import { stateOf } from './variant-state';

/** The left pane: the files of the recipe, their state, and what can be done with them. */
export function StudioFiles(props: {
  data: StudioData;
  studio: Studio;
  life: ReturnType<typeof useStudioLife>;
  previews: PreviewClient['previews'];
  onOpened: () => void;
}) {
  const { data, studio, life, previews } = props;
  const open = useStable((path: string) => {
    studio.open(path);
    props.onOpened();
  });
  return (
    <div className="flex h-full min-h-0 flex-col">
      {life.head}
      <FileTree
        recipe={data.recipe}
        entries={data.entries}
        active={studio.state.active}
        dirty={dirtyPaths(studio.state)}
        states={Object.fromEntries(data.variants.map(({ name, entry }) => [entry, stateOf(previews[name])]))}
        onEntry={life.onEntry}
        marks={life.marks}
        onOpen={open}
      />
    </div>
  );
}
