/** The search on the page of the audit trail: its form in the page's address, and its times in the time zone of this screen. Pure. */
import { type AuditAction, type AuditGroup, auditActionNames, auditGroups } from '../../../contracts/audit-names.ts';
import type { AuditFilter } from '../../protocol/audit.ts';
import { t } from './texts.ts';

const textFields = ['userId', 'patientId', 'ward', 'bed'] as const;
const timeFields = ['from', 'to'] as const;

/** Returns the search in the address, without fields that are empty or unknown. */
export function parseSearch(search: string): AuditFilter {
  const params = new URLSearchParams(search);
  const filter: { -readonly [Name in keyof AuditFilter]: AuditFilter[Name] } = {};
  for (const name of textFields) {
    const text = params.get(name)?.trim();
    if (text) filter[name] = text;
  }
  for (const name of timeFields) {
    const ms = Date.parse(params.get(name) ?? '');
    if (Number.isFinite(ms)) filter[name] = new Date(ms).toISOString();
  }
  const action = params.get('action') ?? '';
  if (isAction(action)) filter.action = action;
  const group = params.get('group') ?? '';
  if (isGroup(group)) filter.group = group;
  return filter;
}

/** Returns the text of a search for the address; an empty text for a search without fields. */
export function formatSearch(filter: AuditFilter): string {
  return new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== '')).toString();
}

/** Returns the search for all looks that a search for a bed may have left out: the same search without the bed. */
export function wardLooksFilter({ bed: _bed, action, group, ...rest }: AuditFilter): AuditFilter {
  return action === undefined ? { ...rest, group: 'looks' } : { ...rest, action };
}

const isAction = (text: string): text is AuditAction => Object.hasOwn(auditActionNames, text);
const isGroup = (text: string): text is AuditGroup => auditGroups.some((group) => group === text);

/** The first and the last hour of a night (ours). */
const nightFromHour = 21;
const nightToHour = 7;

export type Preset = { readonly name: string; readonly fromMs: number; readonly toMs: number };

/**
 * Returns times that people often search, in the time zone of this screen. The last night is the night before this day's
 * morning. A day may have 23 or 25 hours.
 */
export function presetsAt(nowMs: number): Preset[] {
  const now = new Date(nowMs);
  const at = (days: number, hour = 0) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour).getTime();
  return [
    { name: t('Today'), fromMs: at(0), toMs: at(1) },
    { name: t('Last night'), fromMs: at(-1, nightFromHour), toMs: at(0, nightToHour) },
    { name: t('Yesterday'), fromMs: at(-1), toMs: at(0) },
    { name: t('Last 7 days'), fromMs: at(-6), toMs: at(1) },
  ];
}

/** Returns an instant as the text of an input of the type `datetime-local`, in the time zone of this screen; an empty text without one. */
export function inputTextOf(instant: string | undefined): string {
  if (instant === undefined) return '';
  const date = new Date(instant);
  const digits = (n: number, length = 2) => String(n).padStart(length, '0');
  const day = `${digits(date.getFullYear(), 4)}-${digits(date.getMonth() + 1)}-${digits(date.getDate())}`;
  return `${day}T${digits(date.getHours())}:${digits(date.getMinutes())}`;
}

/** Returns the instant of the text of an input of the type `datetime-local`; undefined if the text is no time. */
export function instantOf(inputText: string): string | undefined {
  const ms = inputText === '' ? Number.NaN : new Date(inputText).getTime();
  return Number.isFinite(ms) ? new Date(ms).toISOString() : undefined;
}
