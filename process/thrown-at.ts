/** Describes an error of Vigil's own code for a log. */

/**
 * Returns where in the code an error was thrown. Leaves out the message of the error, which may have content of a
 * record.
 */
export function thrownAtText(error: unknown): string {
  const frame = error instanceof Error ? /^ +at (.+)$/m.exec(error.stack ?? '')?.[1] : undefined;
  return frame === undefined ? '' : `: ${(error as Error).name} at ${frame}`;
}
