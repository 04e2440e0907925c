/** Compares two texts of the server about limits (`limitsText` in dashboard/server/core/limits-text.ts). */
import { boundLabels, bounds } from '../../../contracts/effective-limits.ts';
import { t } from './texts.ts';
import { shortTime } from './times.ts';

type LimitValues = {
  /** The value of each limit by its name. */
  readonly values: ReadonlyMap<string, string>;
  readonly off: string | undefined;
  readonly hasOwn: boolean;
};

const boundNames = bounds.map((name) => boundLabels[name]);
const valuePattern = /^(extreme low|low|high|extreme high|delay) (-?\d+(?:\.\d+)?)( ms)?(?:, |$)/;
const offPattern = /^switched off until (\S+) \((.*)\)$/s;

/** Returns the limits of a text; undefined if the text has an unknown form. */
function parseLimits(text: string, nowMs: number): LimitValues | undefined {
  const values = new Map<string, string>();
  let rest = text;
  for (let found = valuePattern.exec(rest); found !== null; found = valuePattern.exec(rest)) {
    const [whole, name = '', value = '', unit] = found;
    values.set(name, unit === undefined ? value : `${Number(value) / 1000} s`);
    rest = rest.slice(whole.length);
  }
  if (rest === '' || rest === 'no own limits') return { values, off: undefined, hasOwn: rest === '' };
  const [, until = '', reason = ''] = offPattern.exec(rest) ?? [];
  if (until === '') return undefined;
  const endText = Number.isNaN(Date.parse(until)) ? until : shortTime(until, nowMs);
  return { values, off: t('until {end} ({reason})', { end: endText, reason }), hasOwn: true };
}

/**
 * Returns the differences between two texts about limits, for example `low 50 → 45`. A dash stands for a limit that is
 * not set. If one of the texts has an unknown form, returns both texts whole, so that nothing is hidden.
 */
export function limitDifferences(from: string, to: string, nowMs: number): string[] {
  const [before, after] = [parseLimits(from, nowMs), parseLimits(to, nowMs)];
  if (before === undefined || after === undefined) return [`${from} → ${to}`];
  const differences = [...boundNames, 'delay'].flatMap((name) => {
    const [old = '–', now = '–'] = [before.values.get(name), after.values.get(name)];
    return old === now ? [] : [`${t(name)} ${old} → ${now}`];
  });
  if (before.off !== after.off)
    differences.push(
      after.off === undefined
        ? t('switched on again (was off {off})', { off: before.off })
        : t('switched off {off}', { off: after.off }),
    );
  if (before.hasOwn && !after.hasOwn) differences.push(t('back to the limits of the ward'));
  return differences.length === 0 ? [t('no value differs')] : differences;
}
