import { parseCall, storelessHandler } from '@/app/_server/api-handler';
import { checksStream } from '@/app/_server/checks-stream';
import { LaunchInput } from '@/app/_server/launch-input';

/** The checks of a launch as they come, a line of JSON each time one begins or is done. */
export const GET = storelessHandler(({ query, request }) =>
  checksStream(parseCall(LaunchInput, parseJson(query['launch'])), request.signal),
);

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}
