import { describe, expect, it } from 'vitest';
import type { CommandAnswer, LimitsAsked } from '../../../contracts/messages/alarms.ts';
import type { LimitGroup } from '../../../contracts/parameters.ts';
import { bed, env, nurse, t0 } from '../../bed.testing.ts';
import { step } from './engine.ts';
import { limitsInForce } from './in-force.ts';

const iso = (s: number) => new Date(t0 + s * 1000).toISOString();

function ward(category: 'adult' | 'neonatal' = 'adult') {
  const one = bed(category);
  const answers = (): readonly CommandAnswer[] => one.answers;
  const setLimits = (s: number, group: LimitGroup, limits: LimitsAsked | null) => {
    one.command(s, { type: 'set-limits', group, limits });
    return one.answers.at(-1)!;
  };
  const inForce = (group: LimitGroup) => limitsInForce(env, one.state()).groups.find((each) => each.group === group);
  return { ...one, answers, setLimits, inForce };
}

describe('a change of limits', () => {
  it('that crosses a limit in force is refused with both numbers, and changes nothing', () => {
    const one = ward();
    const before = one.inForce('HR');
    expect(one.setLimits(0, 'HR', { high: 150 })).toMatchObject({
      accepted: false,
      reason: 'The high limit 150 of HR is not below the extreme high limit 140.',
    });
    expect(one.inForce('HR')).toEqual(before);
    expect(one.count('limitsRefused')).toBe(1);
  });

  it('is merged with the earlier ones; null restores the ward’s bound', () => {
    const one = ward();
    one.setLimits(0, 'HR', { high: 110 });
    expect(one.setLimits(1, 'HR', { low: 60 }).accepted).toBe(true);
    expect(one.inForce('HR')).toMatchObject({
      limits: { extremeLow: 40, low: 60, high: 110, extremeHigh: 140 },
      base: { low: 50, high: 120 },
      own: { low: 60, high: 110 },
      changed: { by: nurse, at: iso(1) },
    });
    one.setLimits(2, 'HR', { high: null });
    expect(one.inForce('HR')).toMatchObject({ limits: { low: 60, high: 120 }, own: { low: 60 } });
    one.setLimits(3, 'HR', null);
    expect(one.inForce('HR')).toMatchObject({ limits: { low: 50, high: 120 }, changed: { at: iso(3) } });
    expect(one.inForce('HR')?.own).toBeUndefined();
  });

  it('judges the last value at once', () => {
    const one = ward();
    one.run(0, 20, { HR: 115 });
    one.setLimits(20.5, 'HR', { high: 110 });
    expect(one.live()['HR.high']).toMatchObject({ limit: 110, text: 'HR 115 > 110' });
    one.setLimits(21, 'HR', { high: 118 });
    expect(one.live()['HR.high']).toBeUndefined();
  });

  it('judges the last value, however many missing values came after it', () => {
    const one = ward();
    one.run(0, 10, { HR: 125 });
    one.run(11, 26, { HR: null });
    one.setLimits(26.5, 'HR', { high: 130 });
    expect(one.live()['HR.high']).toBeUndefined();
    one.setLimits(26.8, 'HR', { high: 124 });
    expect(one.live()['HR.high']?.text).toBe('HR 125 > 124');
  });

  it('ends no alarm by a questionable value after the last valid one', () => {
    const one = ward();
    one.run(0, 10, { HR: 125 });
    const values = [{ code: 'MDC_ECG_HEART_RATE', unit: '/min', value: 100, validity: 'questionable' as const }];
    one.run(11, 11, {}, { values });
    one.setLimits(11.5, 'HR', { high: 110 });
    expect(one.live()['HR.high']?.present).toBe(true);
  });

  it('is refused for a category without a profile, and after the period', () => {
    expect(ward('neonatal').setLimits(0, 'HR', { high: 110 }).reason).toContain('no profile');
    const one = ward();
    one.end(1);
    expect(one.setLimits(2, 'HR', { high: 110 }).reason).toContain('no longer at this device');
  });

  it('for the heart rate also moves those of a pulse without its own limits', () => {
    const one = ward();
    one.setLimits(0, 'HR', { high: 110 });
    expect(one.inForce('PR')?.limits).toMatchObject({ low: 50, high: 110 });
  });
});

describe('limits that are switched off', () => {
  const off = (s: number) => ({ off: { reason: 'pacing', until: iso(s) } });

  it('do not call until their end, and then judge the last value', () => {
    const one = ward();
    one.setLimits(0, 'HR', off(60));
    one.run(1, 30, { HR: 130 });
    expect(one.raised()).toEqual([]);
    expect(one.inForce('HR')).toMatchObject({
      limits: { extremeLow: 40, extremeHigh: 140 },
      off: { reason: 'pacing' },
    });
    expect(one.inForce('HR')?.limits.high).toBeUndefined();
    one.run(31, 59, { HR: 130 });
    one.tick(60);
    expect(one.inForce('HR')?.off).toBeUndefined();
    expect(one.raised()).toEqual(['HR.high']);
  });

  it('of one group stay off when those of another end before', () => {
    const one = ward();
    one.setLimits(0, 'HR', off(60));
    one.setLimits(0, 'RR', off(120));
    one.tick(60);
    expect([one.inForce('HR')?.off, one.inForce('RR')?.off?.reason]).toEqual([undefined, 'pacing']);
    one.tick(119.9);
    expect(one.inForce('RR')?.off).toBeDefined();
    one.tick(120);
    expect(one.inForce('RR')?.off).toBeUndefined();
  });

  it('come back by themselves even if no input comes', () => {
    const one = ward();
    one.setLimits(0, 'HR', { high: 110 });
    one.setLimits(1, 'HR', off(60));
    one.tick(59.9);
    expect(one.inForce('HR')?.off).toBeDefined();
    one.tick(60);
    expect(one.inForce('HR')).toMatchObject({ limits: { high: 110 }, own: { high: 110 } });
  });

  it('also apply to the pulse if they are those of the heart rate, and to nothing else', () => {
    const one = ward();
    one.setLimits(0, 'HR', off(3600));
    expect((['HR', 'PR', 'SpO2', 'RR'] as const).map((group) => one.inForce(group)?.off?.reason)).toEqual([
      ...['pacing', 'pacing', undefined, undefined],
    ]);
  });

  it('do not include extreme limits, asystole and the desaturation alarm', () => {
    const one = ward();
    one.setLimits(0, 'HR', off(3600));
    one.setLimits(0, 'SpO2', off(3600));
    one.run(1, 3, { HR: 145, SpO2: 84 });
    one.run(4, 5, { HR: 0, SpO2: 84 });
    expect(one.raised().sort()).toEqual(['HR.extreme-high', 'SpO2.extreme-low', 'asystole']);
  });
});

describe('every command gets an answer', () => {
  it('an acknowledgement is accepted, or refused if the alarm has ended or called again', () => {
    const one = ward();
    one.run(0, 10, { HR: 130 });
    const { alarmId } = one.live()['HR.high']!;
    one.command(10, { type: 'acknowledge', alarmId });
    expect(one.answers().at(-1)).toEqual({
      commandId: 'command-1',
      associationId: 'association-1',
      type: 'acknowledge',
      at: iso(10),
      accepted: true,
    });
    one.run(11, 20, { HR: 80 });
    one.command(20, { type: 'acknowledge', alarmId });
    expect(one.answers().at(-1)).toMatchObject({ accepted: false, reason: expect.stringContaining('has ended') });
  });

  it('a pause is refused if nothing sounds or if one is running', () => {
    const one = ward();
    one.command(0, { type: 'pause-audio', forMs: 60_000 });
    expect(one.answers().at(-1)?.reason).toContain('Nothing sounds');
    one.run(1, 10, { HR: 130 });
    one.command(10, { type: 'pause-audio', forMs: 60_000 });
    expect(one.answers().at(-1)?.accepted).toBe(true);
    one.command(11, { type: 'pause-audio', forMs: 60_000 });
    expect(one.answers().at(-1)?.reason).toContain('paused already');
  });

  it('and the same answer when it is judged again', () => {
    const one = ward();
    one.command(0, { type: 'set-limits', group: 'HR', limits: { high: 150 } }, 'command-x');
    one.command(1, { type: 'set-limits', group: 'SpO2', limits: { low: 88 } }, 'command-y');
    const [refused, taken] = one.answers();
    const again = (commandId: string, s: number, group: LimitGroup, limits: LimitsAsked) =>
      step(
        env,
        one.state(),
        {
          type: 'command',
          command: {
            type: 'set-limits',
            commandId,
            associationId: 'association-1',
            at: iso(s),
            by: nurse,
            group,
            limits,
          },
        },
        t0 + 99_000,
      ).answer;
    expect(again('command-x', 0, 'HR', { high: 150 })).toEqual(refused);
    expect(again('command-y', 1, 'SpO2', { low: 88 })).toEqual(taken);
  });
});
