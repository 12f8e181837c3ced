import type { Preflight, PreflightCheck } from '@/lib/launch/launch';
import { renderDiagnostic } from './render-diagnostic';

const MARKS: Readonly<Record<PreflightCheck['status'], string>> = {
  passed: 'ok  ',
  note: 'note',
  warning: 'WARN',
  failed: 'FAIL',
  running: '…   ',
};

/** The checks of a launch, one per line, below the places that they are about. */
export function renderPreflight(
  { checks, diagnostics, ok }: Preflight,
  files: Readonly<Record<string, string>>,
  fileName: (file: string) => string,
): string {
  const found = diagnostics.filter(({ severity }) => severity !== 'info');
  const places = found.map((diagnostic) => renderDiagnostic(diagnostic, files, fileName));
  const lines = checks.map(({ status, title, detail }) => {
    const isSaid = found.some(({ message }) => detail.startsWith(message));
    return `${MARKS[status]}  ${title}: ${isSaid ? 'see above.' : indented(detail)}`;
  });
  const end = ok ? 'Nothing keeps it from being launched.' : 'It cannot be launched as it stands.';
  return [...places, ...lines, end].join('\n');
}

function indented(text: string): string {
  return text.replaceAll('\n', '\n      ');
}
