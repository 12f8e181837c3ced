import { formatNumber } from '@/lib/charts/format-value';
import type { Advisory, Health } from '@/lib/insight/health/health';
import { wrapText } from './text-table';

/** What a terminal shows of a run's health. */
export function renderHealth(
  { current, past, heldBack, rules, steps }: Health,
  muted: readonly string[],
): string {
  const heard = current.filter(({ id }) => !muted.includes(id));
  const silent = current.length - heard.length;
  const basis = `${rules.ran} of ${rules.all} rules had data, over ${steps} steps.`;
  return [
    heard.length === 0 ? `Nothing is wrong. ${basis}` : basis,
    ...heard.map(renderAdvisory),
    ...(silent === 0 ? [] : [`${silent} muted.`]),
    ...(heldBack === 0 ? [] : [`${heldBack} tips on speed wait until nothing is wrong.`]),
    ...(past.length === 0 ? [] : ['', 'Over:', ...past.map(renderPast)]),
  ].join('\n');
}

function renderAdvisory({ id, severity, title, meaning, evidence, advice, began }: Advisory): string {
  return [
    '',
    `${severity} ${id}: ${title}, since step ${began.step}`,
    wrapText(`  ${meaning}`, '  '),
    ...evidence.map(({ key, healthy, now }) => {
      const before =
        healthy === null
          ? ''
          : `, healthy ${formatNumber(healthy.value)} (steps ${healthy.from}–${healthy.to})`;
      return `  ${key}  ${formatNumber(now.value)} (steps ${now.from}–${now.to})${before}`;
    }),
    ...advice.map(({ key, current, suggested, why }) => {
      const change = suggested === null ? '' : `: ${current ?? 'not set'} → ${suggested}`;
      return wrapText(`  try ${key}${change}. ${why}`, '    ');
    }),
  ].join('\n');
}

function renderPast({ id, title, began, ended }: Advisory): string {
  return `  steps ${began.step}–${ended?.step ?? began.step}  ${id}: ${title}`;
}
