import { describe, expect, it } from 'vitest';
import type { CommandAnswer } from '../../../contracts/messages/alarms.ts';
import { newLimits } from '../../../contracts/messages/limits.testing.ts';
import { adultProfile } from '../../../processors/alarms/core/profile.ts';
import { foldAssociations } from './beds.ts';
import { nurse, period, table, technician } from './fold.testing.ts';
import { foldAnswer, foldLimits } from './limits.ts';
import { changesSince, wholeScreen } from './screen.ts';
import { answersMax, emptyState } from './state.ts';

const ofOther = { ...nurse, wards: ['other'] };
const ward = { ward: 'icu' };
function admitted() {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  return state;
}
const answer = (commandId: string, type: CommandAnswer['type'] = 'set-limits'): CommandAnswer => ({
  commandId,
  associationId: 'assoc-01',
  type,
  at: '2026-01-01T10:00:00.000Z',
  accepted: false,
  reason: 'The high limit 150 of HR is not below the extreme high limit 140.',
});

describe('the limits in force', () => {
  it('come to a screen without the rules of judging: only the server works with them', () => {
    const state = admitted();
    const { groups } = adultProfile;
    foldLimits(state, newLimits('assoc-01', {}, { profile: { origin: 'ward', version: '7' }, rules: groups }));
    const shown = wholeScreen(state, nurse, ward).beds[0]?.limits;
    expect(shown).toEqual(newLimits('assoc-01', {}, { profile: { origin: 'ward', version: '7' } }));
    expect(state.limits.get('assoc-01')?.rules).toBe(groups);
  });

  it('are the newest by their revision, whatever the order of event and snapshot', () => {
    const state = admitted();
    const second = newLimits('assoc-01', { HR: { own: { high: 130 } } }, { rev: 2 });
    foldLimits(state, second);
    foldLimits(state, newLimits('assoc-01'));
    expect(wholeScreen(state, nurse, ward).beds[0]?.limits).toEqual(second);
  });

  it('come to the screens with the head of their bed, once', () => {
    const state = admitted();
    const before = state.n;
    foldLimits(state, newLimits('assoc-01'));
    expect(changesSince(state, nurse, ward, before)?.beds[0]?.head?.limits?.rev).toBe(1);
    const after = state.n;
    foldLimits(state, newLimits('assoc-01'));
    expect(changesSince(state, nurse, ward, after)?.beds).toEqual([]);
  });

  it('of one number and another content come to the screens: an owner that died published the first', () => {
    const state = admitted();
    foldLimits(state, newLimits('assoc-01'));
    const before = state.n;
    const other = newLimits('assoc-01', { HR: { own: { high: 130 } } });
    foldLimits(state, other);
    expect(changesSince(state, nurse, ward, before)?.beds[0]?.head?.limits).toEqual(other);
  });

  it('are hidden from a technician', () => {
    const state = admitted();
    foldLimits(state, newLimits('assoc-01'));
    expect(wholeScreen(state, technician, ward).beds[0]?.limits).toBeNull();
  });
});

describe('an answer to a command', () => {
  it('goes once to the screens that see the bed', () => {
    const state = admitted();
    const before = state.n;
    expect([foldAnswer(state, answer('command-1')), foldAnswer(state, answer('command-1'))]).toEqual([true, false]);
    expect(changesSince(state, nurse, ward, before)?.answers).toEqual([answer('command-1')]);
    expect(changesSince(state, ofOther, { ward: '*' }, before)?.answers).toEqual([]);
    expect(changesSince(state, nurse, ward, state.n)?.answers).toEqual([]);
    expect(wholeScreen(state, nurse, ward).answers).toEqual([answer('command-1')]);
  });

  it('about limits is hidden from a technician, about an acknowledgement is not', () => {
    const state = admitted();
    foldAnswer(state, answer('command-1'));
    foldAnswer(state, answer('command-2', 'acknowledge'));
    expect(wholeScreen(state, technician, ward).answers.map(({ commandId }) => commandId)).toEqual(['command-2']);
  });

  it('is forgotten past the maximum, the oldest first', () => {
    const state = admitted();
    for (let at = 0; at <= answersMax; at += 1) foldAnswer(state, answer(`command-${at}`));
    expect([state.answers.size, state.answers.has('command-0')]).toEqual([answersMax, false]);
  });
});
