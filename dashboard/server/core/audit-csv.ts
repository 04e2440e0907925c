/** Writes records of the audit trail as lines of a CSV file (RFC 4180), without the ends of lines. Pure. */
import { auditActionNames } from '../../../contracts/audit-names.ts';
import { csvCell } from '../../../contracts/csv-cell.ts';
import type { AuditEntry } from '../../protocol/audit.ts';

/** The columns, with the text of each cell. An absent text is an empty cell. */
const columns: readonly (readonly [name: string, textOf: (entry: AuditEntry) => string | undefined])[] = [
  ['time', ({ at }) => at],
  ['account', ({ userId }) => userId],
  ['name', ({ name }) => name],
  ['role', ({ role }) => role],
  ['action', ({ action }) => action],
  ['did', ({ action }) => auditActionNames[action].name],
  ['ward', ({ ward }) => ward],
  ['bed', ({ bed }) => bed],
  ['patient', ({ patientId }) => patientId],
  ['patients_shown', ({ patients }) => patients?.join(' ')],
  ['association', ({ associationId }) => associationId],
  ['alarm', ({ alarmId }) => alarmId],
  ['changed_account', ({ account }) => account],
  ['changed_from', ({ changedFrom }) => changedFrom],
  ['changed_to', ({ changedTo }) => changedTo],
  ['detail', ({ detail }) => detail],
  ['address', ({ address }) => address],
  ['station', ({ station }) => station],
  ['session', ({ session }) => session],
  ['writer', ({ writer }) => writer],
  ['process', ({ boot }) => boot],
  ['number', ({ n }) => String(n)],
  ['verified', ({ verified, signed }) => (verified ? (signed ? 'yes' : 'unsigned') : 'NO')],
];

export const auditCsvHeader = columns.map(([name]) => name).join(',');

export function auditCsvLine(entry: AuditEntry): string {
  return columns.map(([, textOf]) => csvCell(textOf(entry) ?? '')).join(',');
}
