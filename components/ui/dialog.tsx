'use client';

import { XIcon } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from './cn';

export const Dialog = Primitive.Root;

export function DialogTitle({ className, ...props }: ComponentProps<typeof Primitive.Title>) {
  return <Primitive.Title className={cn('text-lg font-semibold', className)} {...props} />;
}

export function DialogDescription({ className, ...props }: ComponentProps<typeof Primitive.Description>) {
  return <Primitive.Description className={cn('text-muted', className)} {...props} />;
}

export function DialogOverlay() {
  return <Primitive.Overlay className="fixed inset-0 z-40 animate-fade-in bg-scrim" />;
}

export function DialogCloseButton() {
  return (
    <Primitive.Close
      aria-label="Close"
      className="absolute top-3 right-3 grid size-8 place-items-center rounded-button text-muted hover:bg-hover hover:text-ink"
    >
      <XIcon className="size-4" aria-hidden />
    </Primitive.Close>
  );
}

export function DialogContent({ className, children, ...props }: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <DialogOverlay />
      <Primitive.Content
        className={cn(
          'fixed top-[12vh] left-1/2 z-50 max-h-[76vh] w-[calc(100vw-24px)] max-w-lg -translate-x-1/2 animate-fade-in overflow-auto rounded-card border bg-panel p-4',
          className,
        )}
        {...props}
      >
        {children}
        <DialogCloseButton />
      </Primitive.Content>
    </Primitive.Portal>
  );
}
