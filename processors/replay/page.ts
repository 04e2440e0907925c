/** Writes a comparison of profiles as one self-contained page: no script, no other resource, every text escaped. Pure. */
import type { Comparison, Difference, Summary } from './compare.ts';
import { addedText, bothText, fitText, latencyText, letterOf, percent, reasonWords, rowsOf } from './compare-text.ts';
import { clock, type Explained } from './explain.ts';
import { bars, cumulative, escapeHtml, profileColours, trace } from './plots.ts';
import { pointsOf, type Stay } from './stays.ts';

/** Further removed calls of a profile are counted, not shown (ours): a page must open at once. */
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

/** @param stays the compared patients, for the traces */
export function comparisonPage(comparison: Comparison, stays: readonly Stay[]): string {
  const { patients, bedDays, profiles, differences } = comparison;
  const key = profiles.map(
    ({ name }, n) =>
      `<span style="background:${profileColours[n % profileColours.length]}"></span>${letterOf(n)}: ${escapeHtml(name)}`,
  );
  const sections = [
    `<h1>Alarms under ${profiles.length === 1 ? 'one profile' : `${profiles.length} profiles`}</h1>`,
    `<p>${patients} patients, ${(bedDays * 24).toFixed(1)} bed-hours. A call is an alarm that is raised, or a further onset of it.</p>`,
    `<p class="key">${key.join(' ')}</p>`,
    summaries(profiles, bedDays),
    plots(comparison),
    labels(comparison),
    patientsTable(comparison),
    ...differences.flatMap((difference, n) => differenceTables(difference, letterOf(n + 1), stays)),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Alarms under other profiles</title><style>${style}</style></head>
<body><main>${sections.join('\n')}</main></body></html>
`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => `<tr>${row.join('')}</tr>`).join('\n');
  const names = head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  return `<div class="scroll" tabindex="0"><table><thead><tr>${names}</tr></thead><tbody>${cells}</tbody></table></div>`;
}

const td = (text: string) => `<td>${escapeHtml(text)}</td>`;
const number = (text: string) => `<td class="n">${escapeHtml(text)}</td>`;

function summaries(profiles: readonly Summary[], bedDays: number): string {
  const perDay = (n: number) => number(bedDays === 0 ? '–' : (n / bedDays).toFixed(1));
  const rows = profiles.map(({ name, calls, byPriority: { high, medium, low }, shorterThan15s, ended }, n) => [
    td(`${letterOf(n)}: ${name}`),
    ...[calls, high, medium, low].map(perDay),
    number(percent(shorterThan15s, ended)),
  ]);
  return `<h2>Calls per bed-day</h2>${tableOf(['Profile', 'all', 'high', 'medium', 'low', 'shorter than 15 s'], rows)}`;
}

function plots({ profiles, bedDays, shares }: Comparison): string {
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
  const names = ['to 5 s', '5–15 s', '15–30 s', '30–60 s', '1–5 min', '5–30 min', 'longer, or open'];
  const durations = names.map((label, bin) => ({
    label,
    values: profiles.map((profile) => profile.durations[bin] ?? 0),
  }));
  return `<h2>By parameter</h2>${bars('Calls per bed-day by parameter', parameters, 1)}
<h2>By priority</h2>${bars('Calls per bed-day by priority', priorities, 1)}
<h2>How long they called</h2>${bars('Calls by duration', durations, 0)}
<h2>Share of the patients</h2>${cumulative(shares.map((share) => share.cumulative))}`;
}

function labels({ labels: list, profiles }: Comparison): string {
  if (list.length === 0) return '';
  const head = ['Patient', 'Event', ...profiles.map((_one, n) => letterOf(n)), 'Added'];
  const rows = list.map(({ patient, name, latencyMs }) => [
    td(patient),
    td(name),
    ...latencyMs.map((ms) => (ms === null ? '<td class="missed">MISSED</td>' : number(latencyText(ms)))),
    number(
      latencyMs
        .slice(1)
        .map((ms) => addedText(latencyMs[0] ?? null, ms))
        .join(' '),
    ),
  ]);
  return `<h2>From each labelled event to the first call</h2>${tableOf(head, rows)}`;
}

function patientsTable({ shares }: Comparison): string {
  const rows = shares
    .filter(({ calls }) => calls > 0)
    .map(({ patient, calls, cumulative: share, fit }) => [
      td(patient),
      number(String(calls)),
      number(`${Math.round(share * 100)} %`),
      td(fit ? fitText(fit) : ''),
    ]);
  return `<h2>Who makes most of the alarms (A)</h2>${tableOf(['Patient', 'Calls', 'Together', 'Limit that would fit'], rows)}`;
}

function differenceTables(difference: Difference, letter: string, stays: readonly Stay[]): string[] {
  const { removed, added } = difference;
  return [
    `<h2>A and ${letter}</h2><p>${escapeHtml(bothText(difference, letter))}</p>`,
    explainedTable(`${letter} does not make ${removed.length} calls that A makes`, removed, stays),
    explainedTable(`${letter} makes ${added.length} calls that A does not make`, added, stays),
  ];
}

function explainedTable(head: string, list: readonly Explained[], stays: readonly Stay[]): string {
  if (list.length === 0) return `<h2>${escapeHtml(head)}</h2>`;
  const rows = list
    .slice(0, shownMax)
    .map((one) => [
      td(one.call.patient),
      td(clock(one.atMs)),
      td(one.call.priority),
      td(one.call.text),
      td(`${reasonWords[one.reason]}: ${one.words}`),
      `<td>${traceOf(one, stays)}</td>`,
    ]);
  const more = list.length > shownMax ? `<p>${list.length - shownMax} more are not shown.</p>` : '';
  return `<h2>${escapeHtml(head)}</h2>${tableOf(['Patient', 'At', 'Priority', 'Call', 'Why', 'Value and limit'], rows)}${more}`;
}

const stayOf = ({ call }: Explained, stays: readonly Stay[]) => stays.find(({ patient }) => patient === call.patient);

/** Plots the value around a call: before and after it for as long as it lasted, at least a minute; for hourly values, five hours. */
function traceOf(one: Explained, stays: readonly Stay[]): string {
  const { code, limit, onsetMs, endMs } = one.call;
  const stay = stayOf(one, stays);
  if (stay === undefined || code === null) return '';
  const end = endMs ?? stay.endMs;
  for (const marginMs of [Math.max(60_000, end - onsetMs), 18_000_000]) {
    const points = pointsOf(stay, code, onsetMs - marginMs, end + marginMs);
    if (points.length >= 4) return trace(points, limit, onsetMs, end);
  }
  return '';
}
