/**
 * Writes a comparison of profiles as a self-contained HTML page. The page has no script and no external resource. Pure.
 */
import type { Comparison, Difference, Summary } from './compare.ts';
import {
  addedCallsText,
  bothText,
  fitText,
  latencyDifference,
  latencyText,
  letterOf,
  percent,
  reasonTexts,
  removedText,
  rowsOf,
} from './compare-text.ts';
import { clock, type ExplainedCall } from './explain.ts';
import { drawBars, drawCumulativeShares, drawTrace, escapeHtml, profileColours } from './plots.ts';
import { pointsOf, type Stay } from './stays.ts';

/** Maximum number of calls in a table, so that the page opens quickly (ours). Further calls are only counted. */
const shownMax = 200;

const style = `
:root{color-scheme:light}*{box-sizing:border-box}
body{font:15px/1.45 system-ui,sans-serif;color:#111;background:#fff;margin:0 auto;padding:1rem;max-width:70rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:1.8rem 0 .5rem}
.scroll{overflow-x:auto}table{border-collapse:collapse}th,td{padding:.25rem .6rem;text-align:left;border-bottom:1px solid #bbb;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td:not(.n){min-width:6.5rem}svg{max-width:100%;height:auto;display:block}
.key span{display:inline-block;width:.9em;height:.9em;margin:0 .35em 0 1em;border:1px solid #111;vertical-align:-.1em}
.missed{font-weight:700;color:#8b0000}
@media print{body{max-width:none;padding:0;font-size:11px}h2{break-after:avoid}tr,svg{break-inside:avoid}*{print-color-adjust:exact}}`;

/** @param stays the compared patients, for the plots of values */
export function comparisonPage(comparison: Comparison, stays: readonly Stay[]): string {
  const { patients, bedDays, profiles, differences } = comparison;
  const key = profiles.map(
    ({ name }, index) =>
      `<span style="background:${profileColours[index % profileColours.length]}"></span>${letterOf(index)}: ${escapeHtml(name)}`,
  );
  const sections = [
    `<h1>Alarms under ${profiles.length === 1 ? 'one profile' : `${profiles.length} profiles`}</h1>`,
    `<p>Patients: ${patients}. Bed-hours: ${(bedDays * 24).toFixed(1)}. A call is a raised alarm, or a further onset of a live alarm.</p>`,
    `<p class="key">${key.join(' ')}</p>`,
    summariesHtml(profiles, bedDays),
    plotsHtml(comparison),
    labelsHtml(comparison),
    patientsHtml(comparison),
    ...differences.flatMap((difference, index) => differenceHtml(difference, letterOf(index + 1), stays)),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Alarms under other profiles</title><style>${style}</style></head>
<body><main>${sections.join('\n')}</main></body></html>
`;
}

function tableHtml(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => `<tr>${row.join('')}</tr>`).join('\n');
  const names = head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  return `<div class="scroll" tabindex="0"><table><thead><tr>${names}</tr></thead><tbody>${cells}</tbody></table></div>`;
}

const textCell = (text: string) => `<td>${escapeHtml(text)}</td>`;
const numberCell = (text: string) => `<td class="n">${escapeHtml(text)}</td>`;

function summariesHtml(profiles: readonly Summary[], bedDays: number): string {
  const perDay = (n: number) => numberCell(bedDays === 0 ? '–' : (n / bedDays).toFixed(1));
  const rows = profiles.map(({ name, calls, byPriority: { high, medium, low }, shorterThan15s, ended }, index) => [
    textCell(`${letterOf(index)}: ${name}`),
    ...[calls, high, medium, low].map(perDay),
    numberCell(percent(shorterThan15s, ended)),
  ]);
  return `<h2>Calls per bed-day</h2>${tableHtml(['Profile', 'all', 'high', 'medium', 'low', 'shorter than 15 s'], rows)}`;
}

function plotsHtml({ profiles, bedDays, shares }: Comparison): string {
  const perDay = (n: number) => (bedDays === 0 ? 0 : n / bedDays);
  const parameters = rowsOf(profiles).map(({ label, counts }) => ({
    label,
    values: counts.map(({ high, medium, low }) => perDay(high + medium + low)),
    notes: counts.map(({ high, medium, low }) => `(${high} high, ${medium} medium, ${low} low)`),
  }));
  const priorities = (['high', 'medium', 'low'] as const).map((priority) => ({
    label: priority,
    values: profiles.map(({ byPriority }) => perDay(byPriority[priority])),
  }));
  const names = ['up to 5 s', '5–15 s', '15–30 s', '30–60 s', '1–5 min', '5–30 min', 'longer, or not ended'];
  const durations = names.map((label, bin) => ({
    label,
    values: profiles.map((profile) => profile.durations[bin] ?? 0),
  }));
  return `<h2>By parameter</h2>${drawBars('Calls per bed-day by parameter', parameters, 1)}
<h2>By priority</h2>${drawBars('Calls per bed-day by priority', priorities, 1)}
<h2>By duration</h2>${drawBars('Calls by duration', durations, 0)}
<h2>Share of the patients in the calls</h2>${drawCumulativeShares(shares.map((share) => share.cumulative))}`;
}

function labelsHtml({ labels: list, profiles }: Comparison): string {
  if (list.length === 0) return '';
  const head = ['Patient', 'Event', ...profiles.map((_profile, index) => letterOf(index)), 'Difference from A'];
  const rows = list.map(({ patient, name, latencyMs }) => [
    textCell(patient),
    textCell(name),
    ...latencyMs.map((ms) => (ms === null ? '<td class="missed">MISSED</td>' : numberCell(latencyText(ms)))),
    numberCell(
      latencyMs
        .slice(1)
        .map((ms) => latencyDifference(latencyMs[0] ?? null, ms))
        .join(' '),
    ),
  ]);
  return `<h2>Time from each labelled event to the first call</h2>${tableHtml(head, rows)}`;
}

function patientsHtml({ shares }: Comparison): string {
  const rows = shares
    .filter(({ calls }) => calls > 0)
    .map(({ patient, calls, cumulative: share, fit }) => [
      textCell(patient),
      numberCell(String(calls)),
      numberCell(`${Math.round(share * 100)} %`),
      textCell(fit ? fitText(fit) : ''),
    ]);
  return `<h2>Patients with the most calls under A</h2>${tableHtml(['Patient', 'Calls', 'Cumulative share', 'Limit that would fit'], rows)}`;
}

function differenceHtml(difference: Difference, letter: string, stays: readonly Stay[]): string[] {
  const { removed, added } = difference;
  return [
    `<h2>A and ${letter}</h2><p>${escapeHtml(bothText(difference, letter))}</p>`,
    explainedHtml(removedText(removed.length, letter), removed, stays),
    explainedHtml(addedCallsText(added.length, letter), added, stays),
  ];
}

function explainedHtml(head: string, list: readonly ExplainedCall[], stays: readonly Stay[]): string {
  if (list.length === 0) return `<h2>${escapeHtml(head)}</h2>`;
  const rows = list
    .slice(0, shownMax)
    .map((explained) => [
      textCell(explained.call.patient),
      textCell(clock(explained.atMs)),
      textCell(explained.call.priority),
      textCell(explained.call.text),
      textCell(`${reasonTexts[explained.reason]}: ${explained.words}`),
      `<td>${traceHtml(explained, stays)}</td>`,
    ]);
  const more = list.length > shownMax ? `<p>${list.length - shownMax} more calls are not shown.</p>` : '';
  return `<h2>${escapeHtml(head)}</h2>${tableHtml(['Patient', 'Time', 'Priority', 'Call', 'Reason', 'Value and limit'], rows)}${more}`;
}

const stayOf = ({ call }: ExplainedCall, stays: readonly Stay[]) =>
  stays.find(({ patient }) => patient === call.patient);

/**
 * Plots the value during a call. The time before and after the call is as long as the call, but at least a minute. If
 * the plot has fewer than four values, as for hourly values, the time before and after is five hours.
 */
function traceHtml(explained: ExplainedCall, stays: readonly Stay[]): string {
  const { code, limit, onsetMs, endMs } = explained.call;
  const stay = stayOf(explained, stays);
  if (stay === undefined || code === null) return '';
  const end = endMs ?? stay.endMs;
  for (const marginMs of [Math.max(60_000, end - onsetMs), 18_000_000]) {
    const points = pointsOf(stay, code, onsetMs - marginMs, end + marginMs);
    if (points.length >= 4) return drawTrace(points, limit, onsetMs, end);
  }
  return '';
}
