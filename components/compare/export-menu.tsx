'use client';

import { DownloadIcon } from 'lucide-react';
import { useRef } from 'react';
import { toast } from 'sonner';
import { chartPng, chartSvg } from '@/components/charts/export-chart';
import { Button } from '@/components/ui/button';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu';
import { saveFile } from '@/components/ui/save-file';
import type { ChartModel } from '@/lib/charts/prepare-lines';
import { toCsv } from '@/lib/insight/compare/to-csv';

/** A chart as a picture with title and legend, or as the numbers that are drawn. */
export function ExportMenu({ model, title, name }: { model: ChartModel; title: string; name: string }) {
  const buttonRef = useRef<HTMLButtonElement>(null);
  const fileName = `galley-${name.replaceAll(/[^a-z0-9]+/gi, '-')}`;

  async function save(kind: 'png' | 'svg' | 'csv'): Promise<void> {
    if (kind === 'csv') {
      saveFile(`${fileName}.csv`, new Blob([modelCsv(model)], { type: 'text/csv' }));
      return;
    }
    const drawn = buttonRef.current?.closest('[data-chart]')?.querySelector<SVGSVGElement>('figure svg');
    if (!drawn) return;
    const svg = chartSvg(drawn, { title, legend: model.series });
    const blob = kind === 'svg' ? new Blob([svg.text], { type: 'image/svg+xml' }) : await chartPng(svg);
    saveFile(`${fileName}.${kind}`, blob);
  }

  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button ref={buttonRef} size="sm" variant="ghost" aria-label={`Export ${title}`}>
          <DownloadIcon />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent>
        {(['png', 'svg', 'csv'] as const).map((kind) => (
          <DropdownMenuItem
            key={kind}
            onSelect={() => {
              save(kind).catch(() => toast.error(`The ${kind.toUpperCase()} could not be made.`));
            }}
          >
            {LABEL[kind]}
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

const LABEL = { png: 'Picture (PNG)', svg: 'Drawing (SVG)', csv: 'Numbers (CSV)' } as const;

/** What is drawn, unsmoothed: a row per place on the axis, a column per line. */
function modelCsv({ axis, rows, series }: ChartModel): string {
  const heads = [axis, ...series.map((line) => line.name)];
  const lines = rows.map(({ step, samples }) => [
    step,
    ...samples.map((sample) => (sample === null ? null : sample.value)),
  ]);
  return toCsv([heads, ...lines]);
}
