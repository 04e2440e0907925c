/**
 * Looks up the name of a host in a process of its own, so that the lookup can be stopped. Node cannot stop
 * `dns.lookup`: without an answer of the DNS, the lookup takes about 50 s, and the command could not end earlier.
 */
import { execFile } from 'node:child_process';
import type { LookupAddress, lookup } from 'node:dns';

/** Longest wait for the DNS (ours). */
export const lookupMsMax = 10_000;
/** The code of the error if the DNS has not answered in time. */
export const lookupTimeoutCode = 'ETIMEOUT';

/** Prints the answer of the DNS as JSON. The name is an argument of the script and never a part of its text. */
const lookupScript = `
require('node:dns').lookup(process.argv[1], { all: true }, (error, found) =>
  process.stdout.write(JSON.stringify(error ? { code: error.code } : { found })));`;

/**
 * Returns a replacement for `dns.lookup` that finds all addresses, and fails with `lookupTimeoutCode` after `waitMs`.
 */
export function createLookupInTime(waitMs = lookupMsMax, script = lookupScript): typeof lookup {
  const look = (
    host: string,
    _options: unknown,
    callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
  ) => {
    const limits = { timeout: waitMs, killSignal: 'SIGKILL', env: {} } as const;
    execFile(process.execPath, ['-e', script, host], limits, (error, output) => {
      if (error?.killed) {
        callback(failure(lookupTimeoutCode), []);
        return;
      }
      const answer = error ? { code: 'unknown' } : (JSON.parse(output) as { code?: string; found?: LookupAddress[] });
      if (answer.found) callback(null, answer.found);
      else callback(failure(answer.code ?? 'unknown'), []);
    });
  };
  return look as unknown as typeof lookup;
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`The name could not be looked up: ${code}`), { code });
}
