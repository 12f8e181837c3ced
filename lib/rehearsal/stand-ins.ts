/** Told by the service when it is opened: it is there for one run, and its port changes. */
export const ADDRESS = 'http://127.0.0.1';
export const KEY = 'rehearsal';
/** Below the embedded service's own; of the run, once it has a number. */
export const FOLDER = 'rehearsal';

export const STANDS_IN = 'The embedded model stands in for it; it has learned nothing.';
