/** A simulated screen of the ward. The screen remembers when it showed that something does not work. */
import type { Alarm } from '../../contracts/messages/alarms.ts';
import type { Target } from '../../dashboard/server/browser.testing.ts';
import { openLine } from './line.ts';
import type { Notice } from './verdict.ts';

const lookEveryMs = 100;

export type WardScreen = {
  /** Returns the times in which the screen showed a notice. The time of a notice that is still shown ends now. */
  notices(): Notice[];
  /** Returns what the screen shows now. */
  shown(): readonly string[];
  /**
   * Returns since when an alarm has waited for a confirmation by this person's page, ms; undefined if this screen shows
   * no such notice.
   */
  unconfirmedSinceMs(person: string): number | undefined;
  /** Returns the alarms of a patient that the screen shows. */
  alarmsOf(associationId: string): Alarm[];
  close(): Promise<void>;
};

export function openWardScreen(target: Target, userId: string, ward: string): WardScreen {
  const finished: Notice[] = [];
  const since = new Map<string, number>();
  const ofAlarms = new Map<string, string>();
  const alarms = new Map<string, Alarm>();
  let faults: readonly string[] = [];
  let unconfirmedSince: ReadonlyMap<string, number> = new Map();

  const line = openLine(target, userId, ward, (message, send) => {
    if (message.type === 'snapshot' || message.type === 'heartbeat')
      send({ type: 'report', page: 'painting', alarms: [] });
    if (message.type === 'snapshot') alarms.clear();
    if (message.type === 'snapshot' || message.type === 'delta')
      for (const alarm of message.alarms) alarms.set(alarm.alarmId, alarm);
    if (message.type === 'delta') for (const alarmId of message.cleared) alarms.delete(alarmId);
    if (message.type === 'heartbeat') {
      const { health, delivery, unconfirmed = [] } = message;
      // The protocol clients of this run report that they paint, but name no alarms. So the server shows each of them
      // as unconfirmed while an alarm calls.
      const missing = unconfirmed.filter(({ why }) => why !== 'not-shown');
      unconfirmedSince = new Map(unconfirmed.map(({ person, since }) => [person, Date.parse(since)]));
      faults = [
        ...(health.kafka === 'ok' ? [] : ['kafka']),
        ...(health.alarms === 'ok' ? [] : ['alarms']),
        ...(delivery?.wards.includes(ward) ? ['delivery'] : []),
        ...missing.map(({ person }) => `screen of ${person}`),
      ];
    }
    if (message.type === 'deliveries') {
      if (message.complete) ofAlarms.clear();
      for (const alarmId of message.gone) ofAlarms.delete(alarmId);
      for (const { alarmId, notice } of message.views) {
        if (notice === null) ofAlarms.delete(alarmId);
        else ofAlarms.set(alarmId, notice);
      }
    }
  });

  const shown = () => [
    ...(line.isLost() ? ['no connection'] : faults),
    ...[...ofAlarms.keys()].map((id) => `alarm ${id}`),
  ];
  const noticeOf = (name: string, fromMs: number): Notice => ({
    ...{ fromMs, toMs: Date.now() },
    ...(name.startsWith('alarm ') && { alarmId: name.slice('alarm '.length) }),
  });

  const timer = setInterval(() => {
    const now = new Set(shown());
    for (const name of now) if (!since.has(name)) since.set(name, Date.now());
    for (const [name, fromMs] of since) {
      if (now.has(name)) continue;
      finished.push(noticeOf(name, fromMs));
      since.delete(name);
    }
  }, lookEveryMs);

  return {
    notices: () => [...finished, ...[...since].map(([name, fromMs]) => noticeOf(name, fromMs))],
    shown,
    unconfirmedSinceMs: (person) => (line.isLost() ? undefined : unconfirmedSince.get(person)),
    alarmsOf: (associationId) => [...alarms.values()].filter((alarm) => alarm.associationId === associationId),
    async close() {
      clearInterval(timer);
      await line.close();
    },
  };
}
