'use client';

import { Dialog as Primitive } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from './cn';
import { DialogCloseButton, DialogOverlay } from './dialog';

export { Dialog as Sheet, DialogDescription as SheetDescription, DialogTitle as SheetTitle } from './dialog';

/** A dialog of full height at the right edge: for things that need room, such as a launch plan. */
export function SheetContent({ className, children, ...props }: ComponentProps<typeof Primitive.Content>) {
  return (
    <Primitive.Portal>
      <DialogOverlay />
      <Primitive.Content
        className={cn(
          'fixed inset-y-0 right-0 z-50 flex w-full max-w-3xl animate-slide-in flex-col border-l bg-panel',
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
