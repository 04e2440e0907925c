/**
 * A bed of the lab for tests of the alarm processor. Writes readings of its device as the gateway, commands as the
 * dashboard, and associations as the operator.
 */
import { randomBytes } from 'node:crypto';
import type { Command } from '../../contracts/messages/alarms.ts';
import type { NumericValue } from '../../contracts/messages/device.ts';
import { type ContentType, contentTypes, type PatientCategory } from '../../contracts/messages/records.ts';
import type { Assessment } from '../../contracts/messages/scores.ts';
import type { KafkaTopic } from '../../contracts/topics.ts';
import { pseudonym } from '../../log/envelope/pseudonym.ts';
import type { SealedLog } from '../../log/sealed-log.ts';
import { type Numerics, valuesOf } from '../../processors/bed.testing.ts';

const by: Command['by'] = { userId: 'u1', name: 'N. Urse', role: 'nurse' };
const iso = (ms: number) => new Date(ms).toISOString();

/** The sealed logs of the services that write about a bed. */
export type BedWriters = {
  readonly gateway: SealedLog;
  readonly dashboard: SealedLog;
  readonly operator: SealedLog;
  readonly pseudonymKey: string;
};

export type LabBed = Awaited<ReturnType<typeof admitTo>>;

/** Seals a record with the given boot and number, and appends it. */
async function appendAs(
  sealedLog: SealedLog,
  topic: KafkaTopic,
  key: string,
  messageId: { writer: string; boot: string; seq: number },
  contentType: ContentType,
  body: unknown,
) {
  const dataKey = await sealedLog.sealer.keyFor(key, topic);
  const value = sealedLog.sealer.seal(
    dataKey,
    { topic, key, ...messageId },
    contentType,
    Buffer.from(JSON.stringify(body)),
  );
  return sealedLog.appender.append(topic, key, value);
}

/** Admits a patient of a category to a new bed with a new device; null: a device without a patient. */
export async function admitTo(
  { gateway, dashboard, operator, pseudonymKey }: BedWriters,
  category: PatientCategory | null,
  ward = 'ICU',
) {
  const id = randomBytes(5).toString('hex');
  const deviceId = `lab-${id}`;
  const associationId = `lab-association-${id}`;
  const boot = `boot-${id}`;
  const writer = pseudonym(pseudonymKey, 'device', deviceId);
  let seq = 0;
  let lastReading: { key: string; messageId: { writer: string; boot: string; seq: number }; body: unknown } | undefined;
  let commands = 0;
  let version = 0;
  const patient = category && { patientId: id, familyName: 'Test', givenName: 'T', category };
  async function associate(to: number | null): Promise<void> {
    version += 1;
    const period = {
      associationId,
      patient,
      ward,
      bed: '1',
      from: iso(Date.now() - 3_600_000),
      to: to === null ? null : iso(to),
    };
    const body = { deviceId, version, periods: [period] };
    await operator.append('associations', writer, contentTypes.associations, body);
  }
  await associate(null);

  /** Writes a command. @returns the time in the command */
  const command = async (content: Record<string, unknown>): Promise<string> => {
    commands += 1;
    const at = iso(Date.now());
    const body = { commandId: `command-${id}-${commands}`, associationId, at, by, ...content };
    await dashboard.append('commands', associationId, contentTypes.command, body);
    return at;
  };
  return {
    deviceId,
    associationId,
    /**
     * Sends one reading per second, from second `from` to second `to` after `t`.
     * @param receivedAt returns the time of receipt; if absent, the time of receipt is the present time
     */
    async send(t: number, from: number, to: number, numerics: Numerics, receivedAt?: (time: number) => number) {
      const sent: Promise<unknown>[] = [];
      for (let s = from; s <= to; s++) {
        const time = t + s * 1000;
        seq += 1;
        const reading = { time: iso(time), intervalMs: 1000, values: valuesOf(numerics) };
        const body = { deviceId, receivedAt: iso(receivedAt?.(time) ?? Date.now()), reading };
        const messageId = { writer, boot, seq };
        lastReading = { key: associationId, messageId, body };
        sent.push(appendAs(gateway, 'observations', associationId, messageId, contentTypes.observation, body));
      }
      await Promise.all(sent);
    },
    /** Sends one reading of second `s` after `t`. */
    async sendValues(t: number, s: number, values: readonly NumericValue[], receivedAt: (time: number) => number) {
      seq += 1;
      const time = t + s * 1000;
      const reading = { time: iso(time), intervalMs: 1000, values };
      const body = { deviceId, receivedAt: iso(receivedAt(time)), reading };
      const messageId = { writer, boot, seq };
      await appendAs(gateway, 'observations', associationId, messageId, contentTypes.observation, body);
    },
    /** Sends one reading, and repeats it until the log accepts it. */
    async sendUntilAccepted(time: number, numerics: Numerics) {
      seq += 1;
      const messageId = { writer, boot, seq };
      const reading = { time: iso(time), intervalMs: 250, values: valuesOf(numerics) };
      for (;;) {
        const body = { deviceId, receivedAt: iso(Date.now()), reading };
        try {
          await appendAs(gateway, 'observations', associationId, messageId, contentTypes.observation, body);
          return;
        } catch {
          await new Promise((done) => setTimeout(done, 500));
        }
      }
    },
    connection: (connected: boolean, reason?: string) =>
      gateway.append('observations', associationId, contentTypes.connection, {
        deviceId,
        receivedAt: iso(Date.now()),
        connected,
        ...(reason && { reason }),
      }),
    /** Appends a record that is not sealed. */
    appendUnsealed: () => gateway.appender.append('observations', associationId, Buffer.from('poison')),
    /** Skips `count` sequence numbers, as if their readings were lost. */
    skipNumbers(count: number) {
      seq += count;
    },
    /** Sends the last reading again, as another record with the same boot and number. */
    async resendLast() {
      const { key, messageId, body } = lastReading!;
      await appendAs(gateway, 'observations', key, messageId, contentTypes.observation, body);
    },
    acknowledge: (alarmId: string) => command({ type: 'acknowledge', alarmId }),
    assess: (assessment: Assessment) => command({ type: 'enter-assessment', ...assessment }),
    setLimits: (group: string, limits: unknown) => command({ type: 'set-limits', group, limits }),
    discharge: () => associate(Date.now()),
  };
}
