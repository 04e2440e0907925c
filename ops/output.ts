/**
 * Ignores errors of standard output and standard error, for instance a full disk or a pipe without a reader. The output
 * is lost. An error that is not ignored would end `npm start` and all its processes.
 */
export function ignoreOutputErrors(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
