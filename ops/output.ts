/**
 * Standard output and error may be a file on a full disk or a pipe that nobody reads any more. What cannot be written is lost; without
 * this, the error would end the process, and with it everything that it supervises.
 */
export function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
