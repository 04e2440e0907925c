/**
 * Before records are written, replaces the records that do not fit their schema, because every reader would skip them
 * for ever. The decision of a replaced record is still carried out: a fault of Vigil must not prevent a call.
 */
import { bodyFault } from '../../contracts/messages/check.ts';
import type { DeliveryRecord, NotWritten } from '../../contracts/messages/deliveries.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { withoutOldViews } from './core/view.ts';

const alarmIdsMax = 200;

export type Fitting = {
  /**
   * The records to write. Views that a later record replaces are left out. A record that does not fit is replaced by a
   * `not-written`.
   */
  readonly records: readonly DeliveryRecord[];
  /** Why each record does not fit, without its content. */
  readonly faults: readonly string[];
};

export function fittingOf(records: readonly DeliveryRecord[], nowMs: number): Fitting {
  const short = withoutOldViews(records);
  if (short.every(fits)) return { records: short, faults: [] };
  // Begins again with all views: if the record with the last view of an alarm does not fit, the view before it is
  // written.
  const usable = records.map((record, index) => (fits(record) ? record : short[index]!));
  const { records: fitting, faults } = replaced(usable, nowMs);
  return { records: withoutOldViews(fitting), faults };
}

const fits = (record: DeliveryRecord) => bodyFault(contentTypes.delivery, record) === undefined;

/** Returns the records, with a `not-written` instead of each record that does not fit. */
function replaced(records: readonly DeliveryRecord[], nowMs: number): Fitting {
  const faults: string[] = [];
  const fitting = records.map((record): DeliveryRecord => {
    const fault = bodyFault(contentTypes.delivery, record);
    if (fault === undefined) return record;
    const { type } = record.event;
    faults.push(`${type}: ${fault.message}`);
    const missing: NotWritten = { type: 'not-written', atMs: nowMs, missing: type, alarmIds: alarmIdsOf(record) };
    const isUsable = bodyFault(contentTypes.delivery, { event: missing }) === undefined;
    return { event: isUsable ? missing : { ...missing, alarmIds: [] } };
  });
  return { records: fitting, faults };
}

function alarmIdsOf({ event }: DeliveryRecord): string[] {
  if ('alarmId' in event) return [event.alarmId];
  const alarmIds = event.type === 'message' ? event.calls.map(({ alarmId }) => alarmId) : [];
  return alarmIds.length > alarmIdsMax ? [] : alarmIds;
}
