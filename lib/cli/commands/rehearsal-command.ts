import type { RunId } from '@/lib/domain/run';
import { isFinished } from '@/lib/domain/run';
import { readCertificate } from '@/lib/rehearsal/certificate-file';
import { AppError } from '@/lib/shared/app-error';
import { EXIT, type ExitCode } from '../exit-code';
import { renderCertificate } from '../render-certificate';
import type { CommandContext } from '../session';
import { withSession } from '../with-session';

/** `galley rehearsal <id>`: the certificate of a rehearsal. */
export async function rehearsalCommand(
  context: CommandContext,
  id: RunId,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  return withSession(context, async ({ runStore }) => {
    const run = await runStore.get(id);
    if (run.rehearsal === null)
      throw new AppError('conflict', `Run ${id} is no rehearsal. Make one: galley run <recipe> --rehearse`);
    const certificate = await readCertificate(context.env.dataDir, id);
    if (certificate === null) {
      const why = isFinished(run.status)
        ? `Run ${id} has no certificate: its process ended before it could write one (${run.reason ?? run.status}). Resume it: galley resume ${id}`
        : `Run ${id} is not over; the certificate is written at its end. Watch it: galley logs ${id} --follow`;
      throw new AppError('conflict', why);
    }
    context.io.out(
      options.json === true ? JSON.stringify(certificate, null, 2) : renderCertificate(certificate),
    );
    return certificate.ok ? EXIT.done : EXIT.checkFailed;
  });
}
