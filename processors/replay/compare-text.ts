/** Writes a comparison of profiles as tables for a terminal. Pure. */
import { visibleText } from '../../contracts/text.ts';
import type { Comparison, Difference, Summary } from './compare.ts';
import type { Explained, Reason } from './explain.ts';
import { clock } from './explain.ts';

export const reasonWords: Readonly<Record<Reason, string>> = {
  'goes-on': 'within one alarm that goes on',
  'other-calls': 'another alarm of the same cause calls',
  off: 'the limit does not judge',
  'limit-moved': 'the limit was moved',
  delay: 'over before the delay had passed',
  'not-raised': 'not raised',
};

/** `A`, `B`, `C`. */
export const letterOf = (n: number) => String.fromCharCode(65 + n);

export const percent = (part: number, of: number) => (of === 0 ? '–' : `${Math.round((100 * part) / of)} %`);
const perDay = (n: number, days: number) => (days === 0 ? '–' : (n / days).toFixed(1));
/** Further entries of a kind are counted, not listed. `--json` has all. */
const listedMax = 12;

export function comparisonText(comparison: Comparison): string {
  const { patients, bedDays, profiles, differences } = comparison;
  const lines = [
    `${patients} patients, ${(bedDays * 24).toFixed(1)} bed-hours. Calls per bed-day; in brackets: calls, of a parameter high/medium/low.`,
    ...profiles.map(({ name }, n) => `  ${letterOf(n)}: ${visibleText(name)}`),
    '',
    ...table(profiles, bedDays),
    '',
    ...differences.flatMap((difference, n) => differenceLines(difference, letterOf(n + 1), patients)),
    ...labelLines(comparison),
    ...shareLines(comparison),
  ];
  return `${lines.join('\n')}\n`;
}

function table(profiles: readonly Summary[], bedDays: number): string[] {
  const cell = (n: number) => `${perDay(n, bedDays)} (${n})`.padStart(16);
  const line = (name: string, of: (summary: Summary) => string) =>
    `${name.padEnd(24)}${profiles.map((profile) => of(profile).padStart(16)).join('')}`;
  const head = `${''.padEnd(24)}${profiles.map((_one, n) => letterOf(n).padStart(16)).join('')}`;
  const priorities = (['high', 'medium', 'low'] as const).map((priority) =>
    line(priority, ({ byPriority }) => cell(byPriority[priority])),
  );
  const parameters = rowsOf(profiles).map(({ label, counts }) => {
    const numbers = profiles.map((_one, n) => {
      const { high, medium, low } = counts[n]!;
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

/** Returns one row for each parameter that calls under any profile. */
export function rowsOf(profiles: readonly Summary[]): Row[] {
  const labels = new Map<string, { readonly parameter: string; readonly technical: boolean }>();
  for (const technical of [false, true])
    for (const row of profiles.flatMap(({ byParameter }) => byParameter))
      if (row.technical === technical) labels.set(`${row.parameter}${technical ? ', technical' : ''}`, row);
  return [...labels].map(([label, { parameter, technical }]) => ({
    label,
    counts: profiles.map(
      ({ byParameter }) =>
        byParameter.find((row) => row.parameter === parameter && row.technical === technical) ?? none,
    ),
  }));
}

const none = { high: 0, medium: 0, low: 0 };

/** Returns the text about the calls that both profiles make but that differ. */
export function bothText(of: Difference, letter: string): string {
  const byMost = (n: number, ms: number) => `${n}${n === 0 ? '' : ` (at most ${(ms / 1000).toFixed(1)} s)`}`;
  return `${of.both} calls are in A and ${letter}: in ${letter} ${byMost(of.later, of.laterMsMax)} come later, ${byMost(of.sooner, of.soonerMsMax)} sooner, ${of.otherPriority} with another priority.`;
}

function differenceLines(difference: Difference, letter: string, patients: number): string[] {
  const { removed, added } = difference;
  return [
    bothText(difference, letter),
    ...explainedLines(`${letter} does not make ${removed.length} calls that A makes`, removed, patients),
    ...explainedLines(`${letter} makes ${added.length} calls that A does not make`, added, patients),
    '',
  ];
}

function explainedLines(head: string, list: readonly Explained[], patients: number): string[] {
  if (list.length === 0) return [`${head}.`];
  const counts = Object.entries(reasonWords).flatMap(([reason, words]) => {
    const n = list.filter((entry) => entry.reason === reason).length;
    return n === 0 ? [] : [`${n} ${words}`];
  });
  const listed = list.slice(0, listedMax).map(({ call, atMs, words }) => {
    const who = patients === 1 ? '' : `${visibleText(call.patient)}  `;
    return `  ${who}${clock(atMs)}  ${call.priority.padEnd(6)}  ${visibleText(call.text)}: ${words}`;
  });
  const more = list.length > listedMax ? [`  … and ${list.length - listedMax} more (--json, --html)`] : [];
  return [`${head}: ${counts.join('; ')}.`, ...listed, ...more];
}

/** Returns seconds, or MISSED. */
export const latencyText = (ms: number | null) => (ms === null ? 'MISSED' : `${(ms / 1000).toFixed(1)} s`);

/** Returns how much later than A; empty if either missed it. */
export function addedText(a: number | null, b: number | null): string {
  if (a === null || b === null) return '';
  return `${b >= a ? '+' : '−'}${(Math.abs(b - a) / 1000).toFixed(1)} s`;
}

function labelLines({ labels }: Comparison): string[] {
  if (labels.length === 0) return [];
  const lines = labels.map(({ patient, name, latencyMs: [a = null, ...others] }) => {
    const results = others.map((b, n) => `${letterOf(n + 1)} ${latencyText(b)} ${addedText(a, b)}`.trimEnd());
    return `  ${visibleText(patient)}  ${visibleText(name)}: ${[`A ${latencyText(a)}`, ...results].join(', ')}`;
  });
  return ['From each labelled event to the first call:', ...lines, ''];
}

function shareLines({ shares }: Comparison): string[] {
  const top = shares.filter(({ isTop }) => isTop);
  const last = top.at(-1);
  if (last === undefined) return [];
  const lines = top.map(({ patient, calls, fit }) => {
    return `  ${visibleText(patient)}  ${calls} calls${fit ? `; ${fitText(fit)}` : ''}`;
  });
  return [
    `${top.length} of ${shares.length} patients make ${Math.round(last.cumulative * 100)} % of the calls (A):`,
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
  if (to === null) return `no allowed limit leaves at most half of the ${calls} calls by ${condition}`;
  return `${condition} ${from} → ${to} leaves ${left} of ${calls}`;
}
