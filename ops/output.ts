/**
 * Keeps the process alive if its output cannot be written: standard output and error may be a file on a full disk, or a pipe without a
 * reader. Such output is lost. Without this function, the error would end the process, and with it everything that it supervises.
 */
export function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
