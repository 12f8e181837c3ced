/** Bounds on an imported recipe, known to the page, the command line and the reader of the zip alike. */
export const MAX_ZIP_BYTES = 32 * 1024 * 1024;
export const MAX_UNPACKED_BYTES = 128 * 1024 * 1024;
