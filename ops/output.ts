/**
 * Ignores errors of standard output and standard error, for instance a full disk or a pipe without a reader. The output is lost. Without
 * this function the error would end `npm start` and all its processes.
 */
export function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
