/** Returns the findings about the screens' reports of an alarm, and about limits that were switched off. */
import { parameters } from '../parameters.ts';
import { formatInstant, parseInstant } from '../time.ts';
import { type DelayChain, msOf } from './chain.ts';
import type { DeliveryContext } from './delivery-findings.ts';
import { durationText } from './durations.ts';
import { type Finding, slowMs } from './finding.ts';
import { said, words } from './said.ts';

type Context = DeliveryContext & { readonly chain: DelayChain };

/**
 * Finds an alarm that no screen reported as painted, or that was painted late. A missing report is a finding only if no
 * records are missing.
 */
export function screenFindings({ records, history, chain }: Context): Finding[] {
  const { pages, readUntilMs } = records;
  const timeOf = (name: 'published' | 'painted' | 'sounded') =>
    msOf(chain.steps.find((step) => step.name === name)!.time);
  const [publishedMs, paintedMs] = [timeOf('published'), timeOf('painted')];
  if (publishedMs === undefined) return [];
  if (paintedMs !== undefined) {
    // If a screen sounded the alarm before the first report of a painting, this screen had also painted the alarm: only
    // its report of the painting was lost.
    const ms = Math.min(paintedMs, timeOf('sounded') ?? paintedMs) - publishedMs;
    if (ms <= slowMs) return [];
    const text = said`The first screen painted the alarm ${durationText(ms)} after the log had it.`;
    return [{ kind: 'painted-late', text }];
  }
  const endMs = Math.min(history.untilMs, readUntilMs);
  const isTooEarly = !pages.isWhole || !pages.hasReportsAround || endMs - publishedMs <= slowMs;
  if (isTooEarly || pages.shown.some(({ alarmId, way }) => alarmId === records.alarmId && way === 'painted')) return [];
  const text = words(
    'No screen reported that it had painted the alarm. Screens reported other alarms before and after it.',
  );
  return [{ kind: 'no-painted-report', text }];
}

/**
 * Finds plain limits that were switched off when the alarm was raised. Then only extreme limits could raise an alarm.
 */
export function limitFindings({ records: { alarms }, history: { first, raisedMs } }: DeliveryContext): Finding[] {
  const group = first.code === undefined ? undefined : parameters.get(first.code)?.limits;
  if (group === undefined || !alarms.isWhole) return [];
  const before = alarms.limits.findLast(({ body }) => (parseInstant(body.at) ?? 0) <= raisedMs);
  const off = before?.body.groups.find((entry) => entry.group === group)?.off;
  if (off === undefined) return [];
  const untilMs = off.until === undefined ? undefined : parseInstant(off.until);
  if (untilMs !== undefined && untilMs <= raisedMs) return [];
  const until = untilMs === undefined ? '' : said` until ${formatInstant(untilMs)}`;
  const text = said`The plain limits of ${group} were switched off${until} when the alarm was raised. Only its extreme limits could raise an alarm.`;
  return [{ kind: 'limits-off', text }];
}
