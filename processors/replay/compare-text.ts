/** Writes a comparison of profiles as text for a terminal. Pure. */
import { visibleText } from '../../contracts/text.ts';
import type { Comparison, Difference, Summary } from './compare.ts';
import type { ExplainedCall, Reason } from './explain.ts';
import { clock } from './explain.ts';

export const reasonTexts: Readonly<Record<Reason, string>> = {
  'goes-on': 'part of one longer alarm',
  'other-calls': 'another alarm with the same cause calls instead',
  off: 'the limit is switched off',
  'limit-moved': 'the limit was moved',
  delay: 'shorter than the delay',
  'not-raised': 'not raised',
};

/** Returns the letter of a profile: A for 0, B for 1, and so on. */
export const letterOf = (index: number) => String.fromCharCode(65 + index);

export const percent = (part: number, whole: number) => (whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`);
const perDay = (count: number, days: number) => (days === 0 ? '–' : (count / days).toFixed(1));
/** Maximum number of listed calls. Further calls are only counted; `--json` has all calls. */
const listedMax = 12;

export function comparisonText(comparison: Comparison): string {
  const { patients, bedDays, profiles, differences } = comparison;
  const lines = [
    `Patients: ${patients}. Bed-hours: ${(bedDays * 24).toFixed(1)}.`,
    'A call is a raised alarm, or a further onset of a live alarm.',
    'Numbers: calls per bed-day (number of calls). In the rows of the parameters: calls per bed-day (number of high/medium/low calls).',
    ...profiles.map(({ name }, index) => `  ${letterOf(index)}: ${visibleText(name)}`),
    '',
    ...table(profiles, bedDays),
    '',
    ...differences.flatMap((difference, index) => differenceLines(difference, letterOf(index + 1), patients)),
    ...labelLines(comparison),
    ...shareLines(comparison),
  ];
  return `${lines.join('\n')}\n`;
}

function table(profiles: readonly Summary[], bedDays: number): string[] {
  const cell = (n: number) => `${perDay(n, bedDays)} (${n})`.padStart(16);
  const line = (name: string, textFor: (summary: Summary) => string) =>
    `${name.padEnd(24)}${profiles.map((profile) => textFor(profile).padStart(16)).join('')}`;
  const head = `${''.padEnd(24)}${profiles.map((_profile, index) => letterOf(index).padStart(16)).join('')}`;
  const priorities = (['high', 'medium', 'low'] as const).map((priority) =>
    line(priority, ({ byPriority }) => cell(byPriority[priority])),
  );
  const parameters = rowsOf(profiles).map(({ label, counts }) => {
    const numbers = profiles.map((_profile, index) => {
      const { high, medium, low } = counts[index]!;
      return `${perDay(high + medium + low, bedDays)} (${high}/${medium}/${low})`.padStart(16);
    });
    return `${label.padEnd(24)}${numbers.join('')}`;
  });
  return [
    head,
    line('all', ({ calls }) => cell(calls)),
    ...priorities,
    ...parameters,
    line('shorter than 15 s', ({ shorterThan15s, ended }) => percent(shorterThan15s, ended)),
  ];
}

export type Row = { readonly label: string; readonly counts: readonly Summary['byPriority'][] };

/** Returns a row for each parameter that has calls under at least one profile. */
export function rowsOf(profiles: readonly Summary[]): Row[] {
  const labels = new Map<string, { readonly parameter: string; readonly technical: boolean }>();
  for (const technical of [false, true])
    for (const row of profiles.flatMap(({ byParameter }) => byParameter))
      if (row.technical === technical) labels.set(`${row.parameter}${technical ? ', technical' : ''}`, row);
  return [...labels].map(([label, { parameter, technical }]) => ({
    label,
    counts: profiles.map(
      ({ byParameter }) =>
        byParameter.find((row) => row.parameter === parameter && row.technical === technical) ?? noCalls,
    ),
  }));
}

const noCalls = { high: 0, medium: 0, low: 0 };

/** Returns the text about the calls that A and another profile both make. */
export function bothText(difference: Difference, letter: string): string {
  const { both, later, laterMsMax, sooner, soonerMsMax, otherPriority } = difference;
  const countWithMaximum = (n: number, ms: number) => `${n}${n === 0 ? '' : ` (at most ${(ms / 1000).toFixed(1)} s)`}`;
  return [
    `Calls in A and ${letter}: ${both}. In ${letter},`,
    `later: ${countWithMaximum(later, laterMsMax)}; sooner: ${countWithMaximum(sooner, soonerMsMax)};`,
    `with another priority: ${otherPriority}.`,
  ].join(' ');
}

export const removedText = (n: number, letter: string) => `Calls in A that are not in ${letter}: ${n}`;
export const addedCallsText = (n: number, letter: string) => `Calls in ${letter} that are not in A: ${n}`;

function differenceLines(difference: Difference, letter: string, patients: number): string[] {
  const { removed, added } = difference;
  return [
    bothText(difference, letter),
    ...explainedLines(removedText(removed.length, letter), removed, patients),
    ...explainedLines(addedCallsText(added.length, letter), added, patients),
    '',
  ];
}

function explainedLines(head: string, list: readonly ExplainedCall[], patients: number): string[] {
  if (list.length === 0) return [`${head}.`];
  const counts = Object.entries(reasonTexts).flatMap(([reason, text]) => {
    const n = list.filter((entry) => entry.reason === reason).length;
    return n === 0 ? [] : [`${text} (${n})`];
  });
  const listed = list.slice(0, listedMax).map(({ call, atMs, words }) => {
    const patient = patients === 1 ? '' : `${visibleText(call.patient)}  `;
    return `  ${patient}${clock(atMs)}  ${call.priority.padEnd(6)}  ${visibleText(call.text)}: ${words}`;
  });
  const more = list.length > listedMax ? [`  … and ${list.length - listedMax} more (see --json or --html)`] : [];
  return [`${head}. Reasons: ${counts.join('; ')}.`, ...listed, ...more];
}

/** Returns the latency in seconds, or MISSED. */
export const latencyText = (ms: number | null) => (ms === null ? 'MISSED' : `${(ms / 1000).toFixed(1)} s`);

/**
 * Returns the difference between the latency of a profile and the latency of A; empty if one of the two profiles missed
 * the event.
 */
export function latencyDifference(a: number | null, b: number | null): string {
  if (a === null || b === null) return '';
  return `${b >= a ? '+' : '−'}${(Math.abs(b - a) / 1000).toFixed(1)} s`;
}

function labelLines({ labels }: Comparison): string[] {
  if (labels.length === 0) return [];
  const lines = labels.map(({ patient, name, latencyMs: [a = null, ...others] }) => {
    const results = others.map((b, index) =>
      `${letterOf(index + 1)} ${latencyText(b)} ${latencyDifference(a, b)}`.trimEnd(),
    );
    return `  ${visibleText(patient)}  ${visibleText(name)}: ${[`A ${latencyText(a)}`, ...results].join(', ')}`;
  });
  return ['Time from each labelled event to the first call:', ...lines, ''];
}

function shareLines({ shares }: Comparison): string[] {
  const top = shares.filter(({ isTop }) => isTop);
  const last = top.at(-1);
  if (last === undefined) return [];
  const lines = top.map(({ patient, calls, fit }) => {
    return `  ${visibleText(patient)}  ${calls} calls${fit ? `; ${fitText(fit)}` : ''}`;
  });
  return [
    `Patients with the most calls under A: ${top.length} of ${shares.length}, with ${Math.round(last.cumulative * 100)} % of all calls.`,
    ...lines,
  ];
}

export function fitText({
  condition,
  calls,
  from,
  to,
  left,
}: NonNullable<Comparison['shares'][number]['fit']>): string {
  if (to === null)
    return `no allowed limit removes half of the ${calls} calls that have the same cause as ${condition}`;
  return `a limit of ${to} instead of ${from} for ${condition} leaves ${left} of ${calls} calls`;
}
