'use client';

import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import {
  BookOpenIcon,
  FileCode2Icon,
  GitCompareIcon,
  KeyRoundIcon,
  ListIcon,
  PlayIcon,
  SearchIcon,
} from 'lucide-react';
import type { Route } from 'next';
import { useRouter } from 'next/navigation';
import { Dialog as Primitive } from 'radix-ui';
import { type ReactNode, useEffect, useState } from 'react';
import { Dialog, DialogDescription, DialogTitle } from '@/components/ui/dialog';
import { Kbd } from '@/components/ui/kbd';
import { Skeleton } from '@/components/ui/skeleton';
import { recipeNamesQuery } from '@/lib/api-client/recipes';
import { EVERY_RUN, runsQuery } from '@/lib/api-client/runs';

/** Finds pages, recipes and runs by name from anywhere. */
export function SearchPalette() {
  const [isOpen, setIsOpen] = useState(false);
  // Outside system: the keyboard, wherever the focus is; Monaco leaves this chord alone.
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.shiftKey) return;
      event.preventDefault();
      setIsOpen((before) => !before);
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, []);
  return (
    <>
      <button
        type="button"
        onClick={() => setIsOpen(true)}
        aria-keyshortcuts="Control+K Meta+K"
        className="flex h-8 items-center gap-2 rounded-button px-2 text-muted hover:bg-hover hover:text-ink"
      >
        <SearchIcon className="size-3.5" aria-hidden />
        <span className="max-sm:sr-only">Search</span>
        <Kbd className="max-sm:hidden" aria-hidden>
          ⌘K
        </Kbd>
      </button>
      <Dialog open={isOpen} onOpenChange={setIsOpen}>
        <Primitive.Portal>
          <Primitive.Overlay className="fixed inset-0 z-40 bg-scrim" />
          <Primitive.Content className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-24px)] max-w-lg -translate-x-1/2 overflow-hidden rounded-card border bg-panel">
            <DialogTitle className="sr-only">Search</DialogTitle>
            <DialogDescription className="sr-only">Pages, recipes and runs by name</DialogDescription>
            <Palette onClose={() => setIsOpen(false)} />
          </Primitive.Content>
        </Primitive.Portal>
      </Dialog>
    </>
  );
}

const PAGES = [
  { href: '/recipes', name: 'Recipes', Icon: FileCode2Icon },
  { href: '/runs', name: 'Runs', Icon: ListIcon },
  { href: '/compare', name: 'Compare runs', Icon: GitCompareIcon },
  { href: '/reference', name: 'Reference of keys', Icon: BookOpenIcon },
  { href: '/secrets', name: 'Secrets', Icon: KeyRoundIcon },
] as const;

function Palette({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const recipes = useQuery(recipeNamesQuery());
  const runs = useQuery(runsQuery(EVERY_RUN));
  const go = <T extends string>(href: Route<T>) => {
    onClose();
    router.push(href);
  };
  return (
    <Command label="Search" loop>
      <Command.Input
        autoFocus
        placeholder="Go to a page, a recipe or a run"
        className="h-11 w-full border-b bg-transparent px-4 placeholder:text-muted focus-visible:outline-none"
      />
      <Command.List className="max-h-[50vh] overflow-auto p-1.5">
        <Command.Empty className="px-2.5 py-6 text-center text-muted">Nothing by that name.</Command.Empty>
        <Group heading="Pages">
          {PAGES.map(({ href, name, Icon }) => (
            <Item key={href} value={`page ${name}`} onSelect={() => go(href)} icon={<Icon aria-hidden />}>
              {name}
            </Item>
          ))}
        </Group>
        <Group heading="Recipes" isEmpty={recipes.data?.length === 0}>
          {recipes.isPending ? <Pending /> : null}
          {(recipes.data ?? []).map(({ name, title }) => (
            <Item
              key={name}
              value={`recipe ${name} ${title}`}
              onSelect={() => go(`/recipes/${encodeURIComponent(name)}`)}
              icon={<FileCode2Icon aria-hidden />}
            >
              {title} <span className="font-mono text-sm text-muted">{name}</span>
            </Item>
          ))}
        </Group>
        <Group heading="Runs" isEmpty={runs.data?.items.length === 0}>
          {runs.isPending ? <Pending /> : null}
          {(runs.data?.items ?? []).map(({ run }) => (
            <Item
              key={run.id}
              value={`run ${run.id} ${run.name} ${run.recipe} ${run.variant}`}
              onSelect={() => go(`/runs/${run.id}`)}
              icon={<PlayIcon aria-hidden />}
            >
              {run.name}{' '}
              <span className="text-muted">
                run {run.id} · {run.status}
              </span>
            </Item>
          ))}
        </Group>
      </Command.List>
    </Command>
  );
}

function Group({
  heading,
  isEmpty,
  children,
}: {
  heading: string;
  isEmpty?: boolean | undefined;
  children: ReactNode;
}) {
  if (isEmpty === true) return null;
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-sm [&_[cmdk-group-heading]]:text-muted"
    >
      {children}
    </Command.Group>
  );
}

function Item(props: { value: string; onSelect: () => void; icon: ReactNode; children: ReactNode }) {
  return (
    <Command.Item
      value={props.value}
      onSelect={props.onSelect}
      className="flex h-8 cursor-pointer items-center gap-2.5 rounded-button px-2.5 data-[selected=true]:bg-hover [&_svg]:size-3.5 [&_svg]:shrink-0 [&_svg]:text-muted"
    >
      {props.icon}
      <span className="truncate">{props.children}</span>
    </Command.Item>
  );
}

function Pending() {
  return (
    <div role="status" aria-label="Loading" className="px-2.5 py-2">
      <Skeleton className="h-3 w-40" />
    </div>
  );
}
