/** A system that runs for months outlives its certificates: look every day, renew, and start again what uses them. */
import { ensureCertificates } from '../certs/ensure.ts';
import type { Supervised } from './supervisor.ts';

export type RenewalOptions = {
  readonly stateDir: string;
  readonly processes: readonly Pick<Supervised, 'name' | 'restart'>[];
  readonly report: (line: string) => void;
  readonly nowMs: () => number;
};

const everyMs = 24 * 60 * 60 * 1000;

/** Looks once a day until closed; closing waits for no process that is just being started again. */
export function keepCertificates(options: RenewalOptions): { close(): Promise<void> } {
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(() => renewOnce(options));
  }, everyMs);
  return {
    async close() {
      clearInterval(timer);
    },
  };
}

/** One look. What goes wrong is told, and tried again the next day: 30 days are left then. */
export async function renewOnce({ stateDir, processes, report, nowMs }: RenewalOptions): Promise<void> {
  try {
    // The gateway reads its CRL again by itself.
    const issued = (await ensureCertificates({ stateDir, nowMs: nowMs() })).filter(
      ({ file }) => !file.endsWith('.crl'),
    );
    if (issued.length === 0) return;
    report(`${issued.length} certificates were renewed, and what uses them is started again`);
    // One after another, the log first: whoever waits for it goes on by itself.
    for (const { restart } of processes) await restart();
  } catch (error) {
    report(`Certificates could not be renewed: ${(error as Error).message}`);
  }
}
