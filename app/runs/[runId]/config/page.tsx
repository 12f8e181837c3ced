import { renderPage, runIdIn } from '@/app/_server/render-page';
import { RunConfig } from '@/components/runs/run-config';
import { ConfigView } from '@/lib/api-client/run-urls';
import { toPlainYaml } from '@/app/_server/plain-yaml';

export default async function ConfigPage({ params, searchParams }: PageProps<'/runs/[runId]/config'>) {
  const id = await runIdIn(params);
  const view = ConfigView.parse(await searchParams);
  return renderPage(async ({ runStore }) => {
    const { files, entry, overrides, composedYaml, resolved } = await runStore.snapshot(id);
    const resolvedYaml = toPlainYaml(resolved);
    return (
      <RunConfig id={id} view={view} launched={{ files, entry, overrides, composedYaml, resolvedYaml }} />
    );
  });
}
