import Link from 'next/link';
import { cn } from '@/components/ui/cn';
import { runHref } from '@/lib/api-client/run-urls';
import type { RunId } from '@/lib/domain/run';
import { YamlText } from './yaml-text';

export type LaunchedWith = {
  readonly files: Readonly<Record<string, string>>;
  readonly entry: string;
  readonly overrides: readonly string[];
  readonly composedYaml: string;
  readonly resolvedYaml: string;
};

const VIEWS = [
  { show: 'resolved', title: 'Resolved' },
  { show: 'composed', title: 'Composed' },
  { show: 'files', title: 'Files' },
] as const;

/** What the run was launched with, kept from then: editing the recipe since has changed nothing here. */
export function RunConfig(props: {
  id: RunId;
  view: { readonly show: (typeof VIEWS)[number]['show']; readonly file: string };
  launched: LaunchedWith;
}) {
  const { id, view, launched } = props;
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <nav aria-label="Forms of the config" className="flex gap-1">
          {VIEWS.map(({ show, title }) => (
            <Link
              key={show}
              href={runHref(id, 'config', { show })}
              aria-current={view.show === show ? 'page' : undefined}
              className={cn(
                'rounded-button border border-transparent px-2.5 py-1 text-muted hover:bg-hover',
                view.show === show && 'border-line bg-panel font-medium text-ink',
              )}
            >
              {title}
            </Link>
          ))}
        </nav>
        <p className="text-sm text-muted">
          Launched from <code className="font-mono text-ink">{launched.entry}</code>
          {launched.overrides.length === 0 ? ', no overrides' : ', with '}
          {launched.overrides.map((override) => (
            <code key={override} className="mr-1 rounded-chip border px-1 font-mono break-all text-ink">
              {override}
            </code>
          ))}
        </p>
      </div>
      {view.show === 'files' ? (
        <Files id={id} files={launched.files} chosen={view.file} />
      ) : (
        <YamlText text={view.show === 'resolved' ? launched.resolvedYaml : launched.composedYaml} />
      )}
    </div>
  );
}

function Files(props: { id: RunId; files: LaunchedWith['files']; chosen: string }) {
  const names = Object.keys(props.files);
  const name = names.includes(props.chosen) ? props.chosen : (names[0] ?? '');
  return (
    <div className="grid grid-cols-1 gap-3 md:grid-cols-[14rem_minmax(0,1fr)]">
      <nav aria-label="Files at launch" className="flex flex-col">
        {names.map((file) => (
          <Link
            key={file}
            href={runHref(props.id, 'config', { show: 'files', file })}
            aria-current={file === name ? 'page' : undefined}
            className={cn(
              'truncate rounded-button px-2 py-1 font-mono text-sm hover:bg-hover',
              file === name && 'bg-selected font-medium',
            )}
          >
            {file}
          </Link>
        ))}
      </nav>
      <YamlText text={props.files[name] ?? ''} />
    </div>
  );
}
