/** Measures the time from a breach in the log of readings to its alarm on a clinician's connection, under the load of a whole hospital. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { newBrowser } from '../dashboard/server/browser.testing.ts';
import { addAccount, password } from '../tests/browser.ts';
import type { TestPlatform } from '../tests/platform.ts';
import { startHouse } from '../tests/system.ts';
import { paceReadings, type ReadingLog } from './alarms-log.ts';

/** The ward that the clinician watches. */
export const watchedWard = 'bench-watched';

/**
 * @param log its beds of `watchedWard` breach, one after the other; all beds together send `perS` readings a second
 * @returns one latency for each breach, ms, sorted: from before the reading is sealed until the message is parsed
 */
export async function measureSocket(
  data: TestPlatform,
  log: ReadingLog,
  options: { readonly perS: number; readonly watched: number; readonly breaches: number },
): Promise<readonly number[]> {
  addAccount(data, 'bench', 'Bench Nurse', 'nurse', [watchedWard]);
  const houses = [await startHouse(data, 'alarms'), await startHouse(data, 'dashboard')];
  const ca = readFileSync(join(data.stateDir, 'certs', 'ca.pem'), 'utf8');
  const browser = newBrowser({ port: data.httpPort, ca, origin: `https://localhost:${data.httpPort}` });
  await browser.login('bench', password);
  const live = await browser.live({ type: 'watch', scope: { ward: watchedWard }, waves: null });
  const pace = paceReadings(log, (log.beds.length * 1000) / options.perS);
  const waiting = new Map<string, number>();
  const took: number[] = [];
  live.socket.on('message', (bytes) => {
    const text = bytes.toString();
    if (!text.includes('HR.extreme-high')) return;
    for (const [associationId, sentAt] of waiting)
      if (text.includes(associationId)) {
        waiting.delete(associationId);
        took.push(performance.now() - sentAt);
      }
  });
  try {
    await sleep(10_000);
    const beds = log.beds.filter(({ n }) => n < options.watched);
    for (let breach = 0; breach < options.breaches; breach += 1) {
      const bed = beds[breach % beds.length]!;
      waiting.set(bed.associationId, performance.now());
      // The bed's next readings are inside the limits again. By its next turn the alarm has ended, so the next breach is a further onset.
      await log.send(bed, Date.now(), 150);
      await sleep(150 + (breach % 7) * 13);
    }
    await sleep(2_000);
    return took.sort((a, b) => a - b);
  } finally {
    pace.stop();
    live.close();
    for (const house of houses) await house.close();
  }
}
