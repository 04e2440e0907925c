/**
 * Measures the time from a reading beyond a limit to its alarm on a clinician's connection, under the load of a whole
 * hospital.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newBrowser } from '../dashboard/server/browser.testing.ts';
import { addAccount, password } from '../tests/browser.ts';
import type { TestPlatform } from '../tests/platform.ts';
import { startProcess } from '../tests/system.ts';
import { paceReadings, type ReadingLog } from './alarms-log.ts';

/** The ward that the clinician watches. */
export const watchedWard = 'bench-watched';

/**
 * Sends readings beyond a limit. Each reading is for the next bed of `watchedWard`.
 * @param options `readingsPerS`: readings per second of all beds; `watched`: number of beds of the ward; `breaches`:
 * number of readings beyond a limit
 * @returns the latencies, ms, sorted. A latency begins before the reading is sealed, and ends when the clinician's
 * message is read
 */
export async function measureSocket(
  data: TestPlatform,
  log: ReadingLog,
  options: { readonly readingsPerS: number; readonly watched: number; readonly breaches: number },
): Promise<readonly number[]> {
  addAccount(data, 'bench', 'Bench Nurse', 'nurse', [watchedWard]);
  const processes = [await startProcess(data, 'alarms'), await startProcess(data, 'dashboard')];
  const ca = readFileSync(join(data.stateDir, 'certs', 'ca.pem'), 'utf8');
  const browser = newBrowser({ port: data.httpPort, ca, origin: `https://localhost:${data.httpPort}` });
  await browser.login('bench', password);
  const live = await browser.live({ type: 'watch', scope: { ward: watchedWard }, waves: null });
  const pace = paceReadings(log, (log.beds.length * 1000) / options.readingsPerS);
  const sentAtByAssociation = new Map<string, number>();
  const latenciesMs: number[] = [];
  live.socket.on('message', (bytes) => {
    const text = bytes.toString();
    if (!text.includes('HR.extreme-high')) return;
    for (const [associationId, sentAt] of sentAtByAssociation)
      if (text.includes(associationId)) {
        sentAtByAssociation.delete(associationId);
        latenciesMs.push(performance.now() - sentAt);
      }
  });
  try {
    await sleep(10_000);
    const beds = log.beds.filter(({ bedNumber }) => bedNumber < options.watched);
    for (let breach = 0; breach < options.breaches; breach += 1) {
      const bed = beds[breach % beds.length]!;
      sentAtByAssociation.set(bed.associationId, performance.now());
      // The next readings of the bed are inside the limits, so the alarm ends before the next breach of this bed.
      await log.send(bed, Date.now(), 150);
      await sleep(150 + (breach % 7) * 13);
    }
    await sleep(2_000);
    return latenciesMs.sort((a, b) => a - b);
  } finally {
    pace.stop();
    live.close();
    for (const running of processes) await running.close();
  }
}
