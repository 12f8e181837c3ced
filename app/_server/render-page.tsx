import 'server-only';
import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { Refusal } from '@/components/ui/refusal';
import { RunId } from '@/lib/domain/run';
import { AppError } from '@/lib/shared/app-error';
import { stores, type Stores } from './stores';

/** Renders a page over the stores. A store that cannot be read becomes a page that says what, where and what to do. */
export async function renderPage(render: (stores: Stores) => Promise<ReactNode>): Promise<ReactNode> {
  try {
    return await render(await stores());
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'not_found') notFound();
    return <Refusal title="The store cannot be read" message={error.message} />;
  }
}

/** The run that a route names; anything but a number is no run. */
export async function runIdIn(params: Promise<{ readonly runId: string }>): Promise<RunId> {
  const id = RunId.safeParse((await params).runId);
  if (!id.success) notFound();
  return id.data;
}
