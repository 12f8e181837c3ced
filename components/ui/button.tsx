import { cva, type VariantProps } from 'class-variance-authority';
import { Slot } from 'radix-ui';
import type { ComponentProps } from 'react';
import { cn } from './cn';

const button = cva(
  'inline-flex items-center justify-center gap-1.5 whitespace-nowrap rounded-button border font-medium transition-colors duration-100 disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:opacity-50 [&_svg]:size-3.5 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        outline: 'border-line bg-panel text-ink hover:bg-hover',
        primary: 'border-transparent bg-accent text-accent-ink hover:brightness-95 dark:hover:brightness-110',
        ghost: 'border-transparent bg-transparent text-muted hover:bg-hover hover:text-ink',
        danger: 'border-error/40 bg-panel text-error hover:bg-error/10',
        link: 'border-transparent bg-transparent px-0 text-accent underline-offset-2 hover:underline',
      },
      size: {
        md: 'h-8 px-3 text-base',
        sm: 'h-7 px-2.5 text-sm',
        icon: 'size-8 p-0',
        inline: 'h-auto px-0 text-base',
      },
    },
    defaultVariants: { variant: 'outline', size: 'md' },
  },
);

export type ButtonProps = ComponentProps<'button'> &
  VariantProps<typeof button> & {
    /** Gives the looks to the only child (a link) instead of rendering a button. */
    asChild?: boolean;
  };

export function Button({ className, variant, size, asChild = false, type, ...props }: ButtonProps) {
  const classes = cn(button({ variant, size }), className);
  if (asChild) return <Slot.Root className={classes} {...props} />;
  return <button type={type ?? 'button'} className={classes} {...props} />;
}
