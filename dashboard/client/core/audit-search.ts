/**
 * The search on the page of the audit trail. Writes the search into the page's address, and reads it from there. The
 * times are in the zone of the page. Pure.
 */
import { type AuditAction, type AuditGroup, auditActionNames, auditGroups } from '../../../contracts/audit-names.ts';
import { instantOfWall, wallTime } from '../../../contracts/zones.ts';
import type { AuditFilter } from '../../protocol/audit.ts';
import { t } from './texts.ts';
import { pageZone } from './zones.ts';

const textFields = ['userId', 'patientId', 'ward', 'bed'] as const;
const timeFields = ['from', 'to'] as const;

/** Returns the search that is in the address. Leaves out empty and unknown fields. */
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

/** A search for a bed leaves out looks at the whole ward. Returns the search for these looks, which names no bed. */
export function wardLooksFilter({ bed: _bed, action, group, ...rest }: AuditFilter): AuditFilter {
  return action === undefined ? { ...rest, group: 'looks' } : { ...rest, action };
}

const isAction = (text: string): text is AuditAction => Object.hasOwn(auditActionNames, text);
const isGroup = (text: string): text is AuditGroup => auditGroups.some((group) => group === text);

/** The hours at which a night begins and ends (ours). */
const nightFromHour = 21;
const nightToHour = 7;

export type Preset = { readonly name: string; readonly fromMs: number; readonly toMs: number };

/**
 * Returns times that people often search, in the zone of the page. "Last night" is the night before this morning.
 * Computes with calendar days, because a day may have 23 or 25 hours.
 */
export function presetsAt(nowMs: number, zone = pageZone()): Preset[] {
  const { year, month, day } = wallTime(zone, nowMs);
  const at = (days: number, hour = 0) =>
    instantOfWall(zone, { year, month, day: day + days, hour, minute: 0, second: 0 });
  return [
    { name: t('Today'), fromMs: at(0), toMs: at(1) },
    { name: t('Last night'), fromMs: at(-1, nightFromHour), toMs: at(0, nightToHour) },
    { name: t('Yesterday'), fromMs: at(-1), toMs: at(0) },
    { name: t('Last 7 days'), fromMs: at(-6), toMs: at(1) },
  ];
}
