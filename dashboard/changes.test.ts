import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../contracts/audit-chain.ts';
import { VigilError } from '../contracts/errors.ts';
import type { DeviceAssociations } from '../contracts/messages/records.ts';
import { type Change, createChanges } from './changes.ts';
import { correctPatient, type Decision, endAssociation, moveDevice } from './core/associate.ts';
import type { Asked } from './core/association-refusals.ts';
import { foldAssociations } from './core/beds.ts';
import { nurse, period, t0, table } from './core/fold.testing.ts';
import { emptyState, type LiveState } from './core/state.ts';

const patient = { patientId: 'P-1', familyName: 'Made', givenName: 'Up', category: 'adult' as const };

/**
 * One patient in icu bed 1 with the devices d1, d2 and d3. Kafka takes the first `takes` records and then fails; what it takes is read
 * back at once, or not before `readOn`.
 */
function house(options: { takes?: number; readsBack?: boolean } = {}) {
  const state = emptyState();
  for (const id of ['1', '2', '3'])
    foldAssociations(state, table(`d${id}`, 1, period(`assoc-0${id}`, 'icu', { patient })));
  let takes = options.takes ?? Number.POSITIVE_INFINITY;
  let readsBack = options.readsBack ?? true;
  const written: DeviceAssociations[] = [];
  const audit: AuditEvent[] = [];
  const change = createChanges({
    state,
    trail: { record: async (event) => void audit.push(event) },
    log: {
      async append(_topic, _key, _type, body) {
        if (takes <= 0) throw new VigilError('log-append-failed', 'Kafka is away.');
        takes -= 1;
        written.push(body as DeviceAssociations);
        if (readsBack) foldAssociations(state, body as DeviceAssociations);
        return { offset: '0' } as never;
      },
    },
    pseudonymKey: 'made-up-key-of-at-least-32-bytes-for-tests',
    now: () => t0,
    readBackMs: 50,
  });
  const ask = (decide: (state: LiveState, asked: Asked) => Decision) =>
    change(nurse, { action: 'association-moved', decide: (asked) => decide(state, asked), detail: () => '' } as Change);
  return {
    state,
    written,
    ask,
    kafkaIsBack: () => {
      takes = Number.POSITIVE_INFINITY;
    },
    readOn: () => {
      readsBack = true;
      for (const one of written) foldAssociations(state, one);
    },
  };
}
const last = (state: LiveState, id: string) => state.associations.get(id)!.periods.at(-1)!;

const acts: [string, (state: LiveState, asked: Asked) => Decision, (state: LiveState, id: string) => boolean][] = [
  [
    'a discharge',
    (state, asked) => endAssociation(state, asked, 'd1', 'assoc-01', 'patient'),
    (state, id) => last(state, id).to !== null,
  ],
  [
    'a move',
    (state, asked) => moveDevice(state, asked, 'd1', { ward: 'icu', bed: '9', version: 1 }),
    (state, id) => last(state, id).bed === '9',
  ],
  [
    'a correction of the name',
    (state, asked) => correctPatient(state, asked, 'd1', 'assoc-01', { version: 1, changes: { familyName: 'Right' } }),
    (state, id) => last(state, id).patient?.familyName === 'Right',
  ],
  [
    'a correction of the patient id',
    (state, asked) => correctPatient(state, asked, 'd1', 'assoc-01', { version: 1, changes: { patientId: 'P-2' } }),
    (state, id) => last(state, id).patient?.patientId === 'P-2',
  ],
];

describe('a change of several devices of which Kafka takes only some', () => {
  for (const takes of [0, 1, 2])
    it.each(acts)(`%s: the same change made again completes it (Kafka took ${takes})`, async (_, act, isDone) => {
      const world = house({ takes });
      await expect(world.ask(act)).rejects.toMatchObject({ code: 'log-append-failed' });
      expect(isDone(world.state, 'd1')).toBe(false);
      world.kafkaIsBack();
      expect(await world.ask(act)).toMatchObject({ ok: true });
      for (const id of ['d1', 'd2', 'd3']) expect(isDone(world.state, id)).toBe(true);
    });
});

describe('a change that is not read back', () => {
  it('is answered with an error, and nothing more is decided before it has been read back', async () => {
    const world = house({ readsBack: false });
    const [, discharge] = acts[0]!;
    await expect(world.ask(discharge)).rejects.toMatchObject({ code: 'log-unavailable' });
    let decided = false;
    const next = () =>
      world.ask((state, asked) => {
        decided = true;
        return moveDevice(state, asked, 'd1', { ward: 'icu', bed: '9', version: 1 });
      });
    await expect(next()).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(decided).toBe(false);
    expect(world.written).toHaveLength(3);
    world.readOn();
    expect(await next()).toMatchObject({ ok: false, code: 'conflict' });
    expect(last(world.state, 'd1').to).not.toBeNull();
  });

  it('hinders nobody once the hospital has deleted its device', async () => {
    const world = house({ readsBack: false });
    await expect(world.ask(acts[0]![1])).rejects.toMatchObject({ code: 'log-unavailable' });
    for (const id of ['d1', 'd2', 'd3']) world.state.associations.delete(id);
    expect(await world.ask(acts[0]![1])).toMatchObject({ ok: false, code: 'not-found' });
  });
});
