/**
 * An artificial ward for the dashboard server. The devices of the ward send numerics and waves, and a benchmark can
 * raise alarms.
 */
import type { Alarm } from '../contracts/messages/alarms.ts';
import type { Observation } from '../contracts/messages/device.ts';
import type { AssociationPeriod } from '../contracts/messages/records.ts';
import type { ScreenServerOptions } from '../tests/screens/live.ts';
import { openScreenServer, type ScreenServer } from '../tests/screens/server.ts';
import { madeUpSamples, madeUpValues, madeUpWaves } from './vitals.ts';

export const userId = 'nora';
export const wardName = 'ICU';
/** Returns the user id of one of the further nurses (`accounts` of `openMadeUpWard`). */
export const nurseOf = (number: number) => `nurse-${number}`;

export type MadeUpWard = {
  readonly server: ScreenServer;
  readonly beds: number;
  associationOf(bed: number): string;
  /** Sends a reading of a bed with the present time. Returns the number of its values. */
  observe(bed: number, values: Observation['values']): number;
  /**
   * Raises, acknowledges or ends an alarm of a bed, and sends it to the screens immediately. Returns the alarm's id and
   * the time, ms since 1970.
   */
  alarm(
    bed: number,
    event: 'raised' | 'acknowledged' | 'cleared',
    priority?: Alarm['priority'],
  ): { alarmId: string; atMs: number };
  close(): Promise<void>;
};

/** Opens a ward of `beds` beds whose devices send numerics each second and two waves in chunks of `chunkMs`. */
export async function openMadeUpWard(options: {
  readonly beds: number;
  readonly chunkMs: number;
  /** Folder of a built client. By default the client is built from its sources. */
  readonly clientDir?: string;
  /** Further options of the server. */
  readonly server?: Pick<ScreenServerOptions, 'trends' | 'wards' | 'waves' | 'strip'>;
  /** Number of further nurses of the ward (`nurseOf`); none by default. */
  readonly accounts?: number;
}): Promise<MadeUpWard> {
  const { beds, chunkMs, clientDir, accounts = 0 } = options;
  const server = await openScreenServer({
    ...options.server,
    // Nobody touches the page during a measurement, so the page must not lock. A locked page shows no names and opens
    // no other page.
    lockAfterMs: 24 * 3_600_000,
    accounts: [
      { userId, name: 'Nora N.', role: 'nurse', wards: ['*'] },
      ...Array.from({ length: accounts }, (_, number) => {
        return { userId: nurseOf(number), name: `Nurse ${number + 1}`, role: 'nurse' as const, wards: [wardName] };
      }),
    ],
    ...(clientDir === undefined ? {} : { clientDir }),
  });
  const timers: NodeJS.Timeout[] = [];
  /** Repeats a function for a bed. Each bed begins at a different time, so that the load is even. */
  const repeat = (everyMs: number, bed: number, act: () => void) => {
    timers.push(setTimeout(() => timers.push(setInterval(act, everyMs)), (bed / beds) * everyMs));
  };
  const observe = (bed: number, values: Observation['values']) => {
    const time = instant(Date.now());
    const record = { deviceId: deviceOf(bed), receivedAt: time, reading: { time, values } };
    server.playObservation(associationOf(bed), record);
    return values.length;
  };
  for (let bed = 0; bed < beds; bed += 1) {
    const deviceId = deviceOf(bed);
    server.associate({ deviceId, version: 1, periods: [periodOf(bed)] });
    repeat(1_000, bed, () => observe(bed, madeUpValues(bed, Date.now())));
    for (const wave of madeUpWaves) {
      repeat(chunkMs, bed, () => {
        const startMs = (Math.floor(Date.now() / chunkMs) - 1) * chunkMs;
        const { code, rateHz, scale, offset } = wave;
        const samples = madeUpSamples(wave, bed, startMs, chunkMs);
        const reading = { start: instant(startMs), code, rateHz, scale, offset, samples };
        server.playWave(associationOf(bed), { deviceId, receivedAt: instant(Date.now()), reading });
      });
    }
  }
  const alarms = new Map<number, Alarm>();
  return {
    server,
    beds,
    associationOf,
    observe,
    alarm(bed, event, priority = 'high') {
      const atMs = Date.now();
      const active = alarms.get(bed);
      const next = active ? { ...active, rev: active.rev + 1 } : newAlarm(bed, priority, atMs);
      const alarm: Alarm = event === 'acknowledged' ? { ...next, ...acknowledgedAt(atMs) } : next;
      if (event === 'cleared') alarms.delete(bed);
      else alarms.set(bed, alarm);
      server.playAlarms({ type: event, at: instant(atMs), alarm });
      return { alarmId: alarm.alarmId, atMs };
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await server.close();
    },
  };
}

const associationOf = (bed: number) => `association-${String(bed).padStart(3, '0')}`;
const deviceOf = (bed: number) => `device-${bed + 1}`;
const instant = (ms: number) => new Date(ms).toISOString();

function periodOf(bed: number): AssociationPeriod {
  const patient = {
    patientId: `P-${bed + 1}`,
    familyName: `Example-${bed + 1}`,
    givenName: 'Ada',
    birthDate: '1950-01-01',
    sex: 'female',
    category: 'adult',
  } as const;
  const from = instant(Date.now() - 3_600_000);
  return { associationId: associationOf(bed), patient, ward: wardName, bed: String(bed + 1), from, to: null };
}

function acknowledgedAt(atMs: number): Pick<Alarm, 'signal' | 'acknowledgedBy' | 'acknowledgedAt'> {
  const acknowledgedBy = { userId, name: 'Nora N.', role: 'nurse' } as const;
  return { signal: 'acknowledged', acknowledgedBy, acknowledgedAt: instant(atMs) };
}

function newAlarm(bed: number, priority: Alarm['priority'], atMs: number): Alarm {
  return {
    alarmId: `alarm-${String(bed).padStart(3, '0')}-${atMs}`,
    rev: 1,
    associationId: associationOf(bed),
    deviceId: deviceOf(bed),
    condition: 'HR.high',
    kind: 'physiological',
    priority,
    code: 'MDC_ECG_HEART_RATE',
    text: 'HR 134 > 120',
    value: 134,
    limit: 120,
    unit: '/min',
    present: true,
    signal: 'on',
    onsetAt: instant(atMs - 5_000),
    determinedAt: instant(atMs),
    raisedAt: instant(atMs),
    onsets: 1,
    late: false,
    escalation: 0,
  };
}
