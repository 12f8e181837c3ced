'use client';

import { EllipsisIcon } from 'lucide-react';
import { Tabs as Primitive } from 'radix-ui';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from './dropdown-menu';
import { fitTabs } from './fit-tabs';
import { TabsTrigger } from './tabs';

export type FittedTab<Value extends string> = { readonly value: Value; readonly label: string };

export type FittedTabsListProps<Value extends string> = {
  readonly tabs: readonly FittedTab<Value>[];
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
  /** What the tabs are of. */
  readonly label: string;
  /** Of the button behind them, which opens a menu of those without room. */
  readonly menuLabel: string;
};

const TAB = 'px-1.75';
/** Of the menu's button, in pixels. */
const MENU_WIDTH = 28;

/** A row of tabs, none of them cut: those without room are in a menu at its end, the chosen one never is. */
export function FittedTabsList<Value extends string>(props: FittedTabsListProps<Value>) {
  const { tabs, chosen, onChoose } = props;
  const row = useRef<HTMLDivElement>(null);
  const ruler = useRef<HTMLDivElement>(null);
  const menu = useRef<HTMLButtonElement>(null);
  const room = useRoom(row, ruler);
  const index = tabs.findIndex(({ value }) => value === chosen);
  const shown =
    room === null
      ? tabs.map((_, at) => at)
      : fitTabs(room.widths, { available: room.available, menu: MENU_WIDTH, chosen: index });
  const hidden = tabs.filter((_, at) => !shown.includes(at));

  function onKeyDown({ key, target, currentTarget }: KeyboardEvent<HTMLElement>): void {
    if (key === 'ArrowRight' && target === currentTarget.lastElementChild) menu.current?.focus();
  }
  return (
    <div ref={row} className="relative flex h-9 shrink-0 items-stretch overflow-hidden border-b px-1">
      <div
        ref={ruler}
        aria-hidden
        className="pointer-events-none invisible absolute flex items-stretch font-semibold"
      >
        {tabs.map(({ value, label }) => (
          <span key={value} className={`whitespace-nowrap ${TAB}`}>
            {label}
          </span>
        ))}
      </div>
      <Primitive.List
        aria-label={props.label}
        loop={hidden.length === 0}
        className="flex min-w-0 items-stretch"
        onKeyDown={onKeyDown}
      >
        {tabs.map(({ value, label }, at) =>
          shown.includes(at) ? (
            <TabsTrigger key={value} value={value} className={`mb-0 justify-center ${TAB}`}>
              {label}
            </TabsTrigger>
          ) : null,
        )}
      </Primitive.List>
      {hidden.length === 0 ? null : (
        <DropdownMenu>
          <DropdownMenuTrigger
            ref={menu}
            aria-label={props.menuLabel}
            title={`${hidden.length} more`}
            onKeyDown={({ key, currentTarget }) => {
              if (key === 'ArrowLeft') focusLastTab(currentTarget);
            }}
            className="ml-auto grid w-7 shrink-0 place-items-center text-muted hover:text-ink focus-visible:-outline-offset-2"
          >
            <EllipsisIcon aria-hidden className="size-4" />
          </DropdownMenuTrigger>
          <DropdownMenuContent>
            {hidden.map(({ value, label }) => (
              <DropdownMenuItem key={value} onSelect={() => onChoose(value)}>
                {label}
              </DropdownMenuItem>
            ))}
          </DropdownMenuContent>
        </DropdownMenu>
      )}
    </div>
  );
}

function focusLastTab(menu: HTMLElement): void {
  const last = menu.previousElementSibling?.lastElementChild;
  if (last instanceof HTMLElement) last.focus();
}

type Room = { readonly available: number; readonly widths: readonly number[] };
type Box = { readonly current: HTMLElement | null };

/** Outside system: the layout. null until it has been measured. */
function useRoom(row: Box, ruler: Box): Room | null {
  const [room, setRoom] = useState<Room | null>(null);
  useEffect(() => {
    const outer = row.current;
    const inner = ruler.current;
    if (outer === null || inner === null) return;
    const measure = () => {
      const { paddingLeft, paddingRight } = getComputedStyle(outer);
      const widths = [...inner.children].map((child) => Math.ceil(child.getBoundingClientRect().width));
      setRoom({ available: outer.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight), widths });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(outer);
    // its size changes with the tabs, and when the font has loaded
    observer.observe(inner);
    return () => observer.disconnect();
  }, [row, ruler]);
  return room;
}
