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
  it('a screen gets the limits without the rules, which only the server uses', () => {
    const state = admitted();
    const { groups } = adultProfile;
    foldLimits(state, newLimits('assoc-01', {}, { profile: { origin: 'ward', version: '7' }, rules: groups }));
    const shown = wholeScreen(state, nurse, ward).beds[0]?.limits;
    expect(shown).toEqual(newLimits('assoc-01', {}, { profile: { origin: 'ward', version: '7' } }));
    expect(state.limits.get('assoc-01')?.rules).toBe(groups);
  });

  it('the limits with the highest revision are used, even if an older revision comes later', () => {
    const state = admitted();
    const second = newLimits('assoc-01', { HR: { own: { high: 130 } } }, { rev: 2 });
    foldLimits(state, second);
    foldLimits(state, newLimits('assoc-01'));
    expect(wholeScreen(state, nurse, ward).beds[0]?.limits).toEqual(second);
  });

  it('new limits are sent to the screens once, with the header data of the bed', () => {
    const state = admitted();
    const before = state.changeNo;
    foldLimits(state, newLimits('assoc-01'));
    expect(changesSince(state, nurse, ward, before)?.beds[0]?.head?.limits?.rev).toBe(1);
    const after = state.changeNo;
    foldLimits(state, newLimits('assoc-01'));
    expect(changesSince(state, nurse, ward, after)?.beds).toEqual([]);
  });

  it('limits with the same revision and another content replace the former limits', () => {
    const state = admitted();
    foldLimits(state, newLimits('assoc-01'));
    const before = state.changeNo;
    const other = newLimits('assoc-01', { HR: { own: { high: 130 } } });
    foldLimits(state, other);
    expect(changesSince(state, nurse, ward, before)?.beds[0]?.head?.limits).toEqual(other);
  });

  it('a technician does not see the limits', () => {
    const state = admitted();
    foldLimits(state, newLimits('assoc-01'));
    expect(wholeScreen(state, technician, ward).beds[0]?.limits).toBeNull();
  });
});

describe('an answer to a command', () => {
  it('an answer is sent once to the screens that show the bed', () => {
    const state = admitted();
    const before = state.changeNo;
    expect([foldAnswer(state, answer('command-1')), foldAnswer(state, answer('command-1'))]).toEqual([true, false]);
    expect(changesSince(state, nurse, ward, before)?.answers).toEqual([answer('command-1')]);
    expect(changesSince(state, ofOther, { ward: '*' }, before)?.answers).toEqual([]);
    expect(changesSince(state, nurse, ward, state.changeNo)?.answers).toEqual([]);
    expect(wholeScreen(state, nurse, ward).answers).toEqual([answer('command-1')]);
  });

  it('a technician gets answers about acknowledgements, but not about limits', () => {
    const state = admitted();
    foldAnswer(state, answer('command-1'));
    foldAnswer(state, answer('command-2', 'acknowledge'));
    expect(wholeScreen(state, technician, ward).answers.map(({ commandId }) => commandId)).toEqual(['command-2']);
  });

  it('at most answersMax answers are remembered, and the oldest is forgotten first', () => {
    const state = admitted();
    for (let index = 0; index <= answersMax; index += 1) foldAnswer(state, answer(`command-${index}`));
    expect([state.answers.size, state.answers.has('command-0')]).toEqual([answersMax, false]);
  });
});
