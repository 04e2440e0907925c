/**
 * Removes clinical values and free texts of people from the records of an alarm. An auditor gets these records, because
 * an auditor may see who did what and when, but no clinical data.
 */
import type { Alarm } from '../messages/alarms.ts';
import type { AlarmRecords, Logged } from './records.ts';

const hidden = 'not shown';

export function withoutValues(records: AlarmRecords): AlarmRecords {
  const { alarms } = records;
  return {
    ...records,
    alarms: {
      isWhole: alarms.isWhole,
      events: mapBodies(alarms.events, (body) => ({ ...body, alarm: alarmWithoutValues(body.alarm) })),
      others: mapBodies(alarms.others, (body) => ({ ...body, alarm: alarmWithoutValues(body.alarm) })),
      // Keeps only refusals of acknowledgements, because a refusal of limits names the limits.
      answers: alarms.answers.filter(({ body }) => body.type === 'acknowledge'),
      limits: mapBodies(alarms.limits, (body) => ({
        ...body,
        groups: body.groups.map(({ own: _own, ...entry }) => ({
          ...entry,
          limits: {},
          base: {},
          ...(entry.off && { off: { ...entry.off, reason: hidden } }),
        })),
      })),
      standbys: mapBodies(alarms.standbys, (body) => ({
        ...body,
        standby: body.standby && { ...body.standby, reason: hidden },
      })),
    },
  };
}

function alarmWithoutValues({ value: _value, limit: _limit, ...alarm }: Alarm): Alarm {
  return { ...alarm, text: alarm.condition };
}

function mapBodies<Body>(records: readonly Logged<Body>[], change: (body: Body) => Body): Logged<Body>[] {
  return records.map(({ body, appendedMs }) => ({ body: change(body), appendedMs }));
}
