import { describe, expect, it } from 'vitest';
import type { CommandAnswer, LimitsAsked } from '../../../contracts/messages/alarms.ts';
import type { LimitGroup } from '../../../contracts/parameters.ts';
import { bed, env, nurse, t0 } from '../../bed.testing.ts';
import { step } from './engine.ts';
import { limitsInForce } from './in-force.ts';

const iso = (s: number) => new Date(t0 + s * 1000).toISOString();

function createWard(category: 'adult' | 'neonatal' = 'adult') {
  const patientBed = bed(category);
  const answers = (): readonly CommandAnswer[] => patientBed.answers;
  const setLimits = (s: number, group: LimitGroup, limits: LimitsAsked | null) => {
    patientBed.command(s, { type: 'set-limits', group, limits });
    return patientBed.answers.at(-1)!;
  };
  const inForce = (group: LimitGroup) =>
    limitsInForce(env, patientBed.state()).groups.find((each) => each.group === group);
  return { ...patientBed, answers, setLimits, inForce };
}

describe('set-limits', () => {
  it('a changed limit that crosses another limit is refused; the reason names both numbers, and no limit changes', () => {
    const ward = createWard();
    const before = ward.inForce('HR');
    expect(ward.setLimits(0, 'HR', { high: 150 })).toMatchObject({
      accepted: false,
      reason: 'The high limit 150 of HR is not below the extreme high limit 140.',
    });
    expect(ward.inForce('HR')).toEqual(before);
    expect(ward.countOf('limitsRefused')).toBe(1);
  });

  it('a change of limits is merged with earlier changes, and null restores the limit of the ward', () => {
    const ward = createWard();
    ward.setLimits(0, 'HR', { high: 110 });
    expect(ward.setLimits(1, 'HR', { low: 60 }).accepted).toBe(true);
    expect(ward.inForce('HR')).toMatchObject({
      limits: { extremeLow: 40, low: 60, high: 110, extremeHigh: 140 },
      base: { low: 50, high: 120 },
      own: { low: 60, high: 110 },
      changed: { by: nurse, at: iso(1) },
    });
    ward.setLimits(2, 'HR', { high: null });
    expect(ward.inForce('HR')).toMatchObject({ limits: { low: 60, high: 120 }, own: { low: 60 } });
    ward.setLimits(3, 'HR', null);
    expect(ward.inForce('HR')).toMatchObject({ limits: { low: 50, high: 120 }, changed: { at: iso(3) } });
    expect(ward.inForce('HR')?.own).toBeUndefined();
  });

  it('a change of limits judges the last value immediately', () => {
    const ward = createWard();
    ward.feedEachSecond(0, 20, { HR: 115 });
    ward.setLimits(20.5, 'HR', { high: 110 });
    expect(ward.liveAlarms()['HR.high']).toMatchObject({ limit: 110, text: 'HR 115 > 110' });
    ward.setLimits(21, 'HR', { high: 118 });
    expect(ward.liveAlarms()['HR.high']).toBeUndefined();
  });

  it('a change of limits judges the last value even if many missing values came after it', () => {
    const ward = createWard();
    ward.feedEachSecond(0, 10, { HR: 125 });
    ward.feedEachSecond(11, 26, { HR: null });
    ward.setLimits(26.5, 'HR', { high: 130 });
    expect(ward.liveAlarms()['HR.high']).toBeUndefined();
    ward.setLimits(26.8, 'HR', { high: 124 });
    expect(ward.liveAlarms()['HR.high']?.text).toBe('HR 125 > 124');
  });

  it('a change of limits does not end an alarm because of a questionable value', () => {
    const ward = createWard();
    ward.feedEachSecond(0, 10, { HR: 125 });
    const values = [{ code: 'MDC_ECG_HEART_RATE', unit: '/min', value: 100, validity: 'questionable' as const }];
    ward.feedEachSecond(11, 11, {}, { values });
    ward.setLimits(11.5, 'HR', { high: 110 });
    expect(ward.liveAlarms()['HR.high']?.present).toBe(true);
  });

  it('a change of limits is refused if the patient has no profile or has left the device', () => {
    expect(createWard('neonatal').setLimits(0, 'HR', { high: 110 }).reason).toContain('no profile');
    const ward = createWard();
    ward.endPeriod(1);
    expect(ward.setLimits(2, 'HR', { high: 110 }).reason).toContain('no longer at this device');
  });

  it('a change of the heart rate’s limits also applies to a pulse without its own limits', () => {
    const ward = createWard();
    ward.setLimits(0, 'HR', { high: 110 });
    expect(ward.inForce('PR')?.limits).toMatchObject({ low: 50, high: 110 });
  });
});

describe('limits that are switched off', () => {
  const offUntil = (s: number) => ({ off: { reason: 'pacing', until: iso(s) } });

  it('limits that are off do not call, and judge the last value as soon as they are on again', () => {
    const ward = createWard();
    ward.setLimits(0, 'HR', offUntil(60));
    ward.feedEachSecond(1, 30, { HR: 130 });
    expect(ward.raisedConditions()).toEqual([]);
    expect(ward.inForce('HR')).toMatchObject({
      limits: { extremeLow: 40, extremeHigh: 140 },
      off: { reason: 'pacing' },
    });
    expect(ward.inForce('HR')?.limits.high).toBeUndefined();
    ward.feedEachSecond(31, 59, { HR: 130 });
    ward.tick(60);
    expect(ward.inForce('HR')?.off).toBeUndefined();
    expect(ward.raisedConditions()).toEqual(['HR.high']);
  });

  it('limits that are off stay off when limits of another group are switched on again', () => {
    const ward = createWard();
    ward.setLimits(0, 'HR', offUntil(60));
    ward.setLimits(0, 'RR', offUntil(120));
    ward.tick(60);
    expect([ward.inForce('HR')?.off, ward.inForce('RR')?.off?.reason]).toEqual([undefined, 'pacing']);
    ward.tick(119.9);
    expect(ward.inForce('RR')?.off).toBeDefined();
    ward.tick(120);
    expect(ward.inForce('RR')?.off).toBeUndefined();
  });

  it('limits that are off are on again after their time, even if no input comes', () => {
    const ward = createWard();
    ward.setLimits(0, 'HR', { high: 110 });
    ward.setLimits(1, 'HR', offUntil(60));
    ward.tick(59.9);
    expect(ward.inForce('HR')?.off).toBeDefined();
    ward.tick(60);
    expect(ward.inForce('HR')).toMatchObject({ limits: { high: 110 }, own: { high: 110 } });
  });

  it('while the limits of the heart rate are off, those of the pulse are off too, and all other groups stay on', () => {
    const ward = createWard();
    ward.setLimits(0, 'HR', offUntil(3600));
    expect((['HR', 'PR', 'SpO2', 'RR'] as const).map((group) => ward.inForce(group)?.off?.reason)).toEqual([
      ...['pacing', 'pacing', undefined, undefined],
    ]);
  });

  it('extreme limits, asystole and desaturation call while limits are off', () => {
    const ward = createWard();
    ward.setLimits(0, 'HR', offUntil(3600));
    ward.setLimits(0, 'SpO2', offUntil(3600));
    ward.feedEachSecond(1, 3, { HR: 145, SpO2: 84 });
    ward.feedEachSecond(4, 5, { HR: 0, SpO2: 84 });
    expect(ward.raisedConditions().sort()).toEqual(['HR.extreme-high', 'SpO2.extreme-low', 'asystole']);
  });
});

describe('the answers to commands', () => {
  it('an acknowledgement is accepted, or refused if the alarm has ended or called again', () => {
    const ward = createWard();
    ward.feedEachSecond(0, 10, { HR: 130 });
    const { alarmId } = ward.liveAlarms()['HR.high']!;
    ward.command(10, { type: 'acknowledge', alarmId });
    expect(ward.answers().at(-1)).toEqual({
      commandId: 'command-1',
      associationId: 'association-1',
      type: 'acknowledge',
      at: iso(10),
      accepted: true,
    });
    ward.feedEachSecond(11, 20, { HR: 80 });
    ward.command(20, { type: 'acknowledge', alarmId });
    expect(ward.answers().at(-1)).toMatchObject({ accepted: false, reason: expect.stringContaining('has ended') });
  });

  it('an audio pause is refused if no alarm sounds or if a pause is running', () => {
    const ward = createWard();
    ward.command(0, { type: 'pause-audio', forMs: 60_000 });
    expect(ward.answers().at(-1)?.reason).toContain('No alarm sounds');
    ward.feedEachSecond(1, 10, { HR: 130 });
    ward.command(10, { type: 'pause-audio', forMs: 60_000 });
    expect(ward.answers().at(-1)?.accepted).toBe(true);
    ward.command(11, { type: 'pause-audio', forMs: 60_000 });
    expect(ward.answers().at(-1)?.reason).toContain('paused already');
  });

  it('a repeated command gets the same answer', () => {
    const ward = createWard();
    ward.command(0, { type: 'set-limits', group: 'HR', limits: { high: 150 } }, 'command-x');
    ward.command(1, { type: 'set-limits', group: 'SpO2', limits: { low: 88 } }, 'command-y');
    const [refused, accepted] = ward.answers();
    const again = (commandId: string, s: number, group: LimitGroup, limits: LimitsAsked) =>
      step(
        env,
        ward.state(),
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
    expect(again('command-y', 1, 'SpO2', { low: 88 })).toEqual(accepted);
  });
});
