import { cn } from '@/components/ui/cn';
import type { LayerTone } from './layer-of';

const TONES: Record<LayerTone, string> = {
  'self-hosted': 'border-layer-self-hosted/35 bg-layer-self-hosted/10 text-layer-self-hosted',
  tinker: 'border-layer-tinker/35 bg-layer-tinker/10 text-layer-tinker',
  weaver: 'border-layer-weaver/35 bg-layer-weaver/10 text-layer-weaver',
  embedded: 'border-layer-embedded/35 bg-layer-embedded/10 text-layer-embedded',
  common: 'border-layer-common/35 bg-layer-common/10 text-layer-common',
  environment: 'border-layer-environment/35 bg-layer-environment/10 text-layer-environment',
};

/** The letter of a layer; `label` says in words where it points. */
export function LayerChip(props: { letter: string; tone: LayerTone; label: string; className?: string }) {
  return (
    <span
      role="img"
      aria-label={props.label}
      title={props.label}
      className={cn(
        'inline-flex h-4.5 min-w-5 items-center justify-center rounded-chip border px-1 font-mono text-xs leading-none font-semibold',
        TONES[props.tone],
        props.className,
      )}
    >
      {props.letter}
    </span>
  );
}
