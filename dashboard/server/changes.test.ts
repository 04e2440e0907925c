import { describe, expect, it } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import type { DeviceAssociations } from '../../contracts/messages/records.ts';
import type { AuditEvent } from '../../log/audit/chain.ts';
import type { SealedTurn } from '../../log/sealed-log.ts';
import { actorOf } from './access.ts';
import { type Change, createChanges, waitingPerAccountMax } from './changes.ts';
import { assignDevice, correctPatient, type Decision, endAssociation, moveDevice } from './core/associate.ts';
import type { ActContext } from './core/association-refusals.ts';
import { deviceOf, foldAssociations } from './core/beds.ts';
import { nurse, period, t0, table } from './core/fold.testing.ts';
import { emptyState, type LiveState } from './core/state.ts';

const patient = { patientId: 'P-1', familyName: 'Made', givenName: 'Up', category: 'adult' as const };
type Step = 'write' | 'commit';

/** A log that hands out turns as Kafka does: what the newest holder commits is there at once, what another one asks is refused. */
function newLog() {
  const written: DeviceAssociations[] = [];
  let holder = 0;
  /** Called before each step of the turn of that number (the first is 1). */
  let before: (step: Step, turn: number) => void | Promise<void> = () => {};
  async function takeTurn(): Promise<SealedTurn> {
    holder += 1;
    const mine = holder;
    const drafts: DeviceAssociations[] = [];
    const step = async (name: Step) => {
      await before(name, mine);
      if (mine !== holder) throw new VigilError('turn-lost', 'Another process has taken the turn.');
    };
    return {
      async write(records) {
        await step('write');
        drafts.push(...records.map(({ body }) => body as DeviceAssociations));
      },
      async commit() {
        await step('commit');
        written.push(...drafts);
      },
      close: async () => {},
    };
  }
  return {
    written,
    takeTurn,
    on(hook: typeof before) {
      before = hook;
    },
  };
}

/** One patient in icu bed 1 with the devices d1, d2 and d3, on a dashboard that reads `log`. */
function dashboard(log: ReturnType<typeof newLog>, viewer = nurse) {
  const state = emptyState();
  for (const id of ['1', '2', '3'])
    foldAssociations(state, table(`d${id}`, 1, period(`assoc-0${id}`, 'icu', { patient })));
  for (const id of ['e1', 'e2']) deviceOf(state, id);
  const audit: AuditEvent[] = [];
  let read = 0;
  let reads = true;
  const change = createChanges({
    feed: {
      readAssociations: async () => {
        while (!reads) await new Promise((done) => setTimeout(done, 5));
        for (const one of log.written.slice(read)) foldAssociations(state, one);
        read = log.written.length;
      },
    },
    trail: { record: async (event) => void audit.push(event) },
    log,
    pseudonymKey: 'made-up-key-of-at-least-32-bytes-for-tests',
    now: () => t0,
    waitMs: 50,
  });
  const ask = (decide: (state: LiveState, asked: ActContext) => Decision, by = viewer) =>
    change({ viewer: by, who: { actor: actorOf(by), session: 'mark' } }, {
      action: 'association-moved',
      decide: (asked) => decide(state, asked),
      detail: () => 'd1',
    } as Change);
  return {
    state,
    audit,
    ask,
    readsNot: () => {
      reads = false;
    },
    readsAgain: () => {
      reads = true;
    },
  };
}
const last = (state: LiveState, id: string) => state.associations.get(id)!.periods.at(-1)!;

const discharge = (state: LiveState, asked: ActContext) => endAssociation(state, asked, 'd1', 'assoc-01', 'patient');
const moveTo = (bed: string) => (state: LiveState, asked: ActContext) =>
  moveDevice(state, asked, 'd1', { ward: 'icu', bed, version: 1 });
const correct = (changes: { familyName?: string; patientId?: string }) => (state: LiveState, asked: ActContext) =>
  correctPatient(state, asked, 'd1', 'assoc-01', { version: 1, changes });

const acts: [string, (state: LiveState, asked: ActContext) => Decision, (state: LiveState, id: string) => boolean][] = [
  ['a discharge', discharge, (state, id) => last(state, id).to !== null],
  ['a move', moveTo('9'), (state, id) => last(state, id).bed === '9'],
  ['a name', correct({ familyName: 'Right' }), (state, id) => last(state, id).patient?.familyName === 'Right'],
  ['a patient id', correct({ patientId: 'P-2' }), (state, id) => last(state, id).patient?.patientId === 'P-2'],
];

describe('a change of several devices that Kafka does not take', () => {
  for (const fails of ['write', 'commit'] as const)
    it.each(acts)(
      `%s: no part of it is done, and the same change made again is done (${fails})`,
      async (_, act, isDone) => {
        const log = newLog();
        const { state, ask } = dashboard(log);
        log.on((step) => {
          if (step === fails) throw new VigilError('log-append-failed', 'Kafka is away.');
        });
        await expect(ask(act)).rejects.toMatchObject({ code: 'log-append-failed' });
        for (const id of ['d1', 'd2', 'd3']) expect(isDone(state, id)).toBe(false);
        log.on(() => {});
        expect(await ask(act)).toMatchObject({ ok: true });
        for (const id of ['d1', 'd2', 'd3']) expect(isDone(state, id)).toBe(true);
      },
    );
});

describe('a change on a dashboard, while another dashboard makes one', () => {
  for (const at of ['write', 'commit'] as const)
    it.each(acts)(
      `%s against a move: the first change is made, and the second person is shown who made it (${at})`,
      async (name, act) => {
        const log = newLog();
        const mine = dashboard(log);
        const other = dashboard(log, { ...nurse, userId: 'other', name: 'Other' });
        log.on(async (step, turn) => {
          if (turn === 1 && step === at) expect(await other.ask(moveTo('7'))).toMatchObject({ ok: true });
        });
        const decision = await mine.ask(act);
        if (name === 'a move') {
          expect(decision).toMatchObject({
            ok: false,
            code: 'conflict',
            changes: [{ act: 'moved', by: { name: 'Other' } }],
          });
          expect(log.written).toHaveLength(3);
        } else {
          // It is about something else: it holds for the patient in the new bed.
          expect(decision).toMatchObject({ ok: true });
          for (const id of ['d1', 'd2', 'd3']) expect(last(mine.state, id).bed).toBe('7');
        }
        for (const id of ['d1', 'd2', 'd3'])
          expect(log.written.at(-1)!.version).toBe(mine.state.associations.get(id)!.version);
      },
    );

  it('does not admit one patient in two beds', async () => {
    const log = newLog();
    const admit = (deviceId: string, bed: string) => (state: LiveState, asked: ActContext) =>
      assignDevice(
        state,
        asked,
        deviceId,
        { ward: 'icu', bed, patient: { ...patient, patientId: 'P-9' }, version: 0 },
        `assoc-${deviceId}`,
      );
    const [mine, other] = [dashboard(log), dashboard(log)];
    log.on(async (step, turn) => {
      if (turn === 1 && step === 'write') expect(await other.ask(admit('e2', '8'))).toMatchObject({ ok: true });
    });
    expect(await mine.ask(admit('e1', '9'))).toMatchObject({ ok: false, code: 'conflict' });
    expect(log.written.map(({ deviceId }) => deviceId)).toEqual(['e2']);
  });

  it('puts on record what was done, and that the rest was not done', async () => {
    const log = newLog();
    const [mine, other] = [dashboard(log), dashboard(log)];
    log.on(async (step, turn) => {
      if (turn === 1 && step === 'commit') await other.ask(moveTo('7'));
    });
    await mine.ask(moveTo('9'));
    expect(mine.audit.map(({ detail }) => detail)).toEqual(['d1', 'not done, another change came first: d1']);
  });

  it('gives up if the turn is always lost, and nothing is changed', async () => {
    const log = newLog();
    const { ask } = dashboard(log);
    log.on(async () => void (await log.takeTurn()));
    await expect(ask(discharge)).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(log.written).toEqual([]);
  });
});

describe('a change on a dashboard that does not read the log to its end', () => {
  it('is not decided: a later record may forbid it', async () => {
    const log = newLog();
    const { ask, readsNot, readsAgain } = dashboard(log);
    readsNot();
    let decided = false;
    const move = (state: LiveState, asked: ActContext) => {
      decided = true;
      return moveTo('9')(state, asked);
    };
    await expect(ask(move)).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(decided).toBe(false);
    readsAgain();
    expect(await ask(move)).toMatchObject({ ok: true });
  });

  it('is answered with an error if it is written and not read back', async () => {
    const log = newLog();
    const { state, ask, readsNot, readsAgain } = dashboard(log);
    log.on((step) => {
      if (step === 'commit') readsNot();
    });
    await expect(ask(discharge)).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(log.written).toHaveLength(3);
    readsAgain();
    log.on(() => {});
    expect(await ask(moveTo('9'))).toMatchObject({ ok: false, code: 'conflict' });
    expect(last(state, 'd1').to).not.toBeNull();
  });

  it('stops nobody once the hospital has deleted its device', async () => {
    const { state, ask } = dashboard(newLog());
    for (const id of ['d1', 'd2', 'd3']) state.associations.delete(id);
    expect(await ask(discharge)).toMatchObject({ ok: false, code: 'not-found' });
  });
});

describe('changes of several people', () => {
  it('come in turn: a person who asks for many waits behind themselves, and too many of one are refused', async () => {
    const log = newLog();
    const { ask } = dashboard(log);
    const order: string[] = [];
    const asked = (name: string) =>
      ask(discharge, { ...nurse, userId: name }).then(
        () => order.push(name),
        (error: VigilError) => order.push(`${name} ${error.code}`),
      );
    const flood = Array.from({ length: 30 }, () => asked('flood'));
    const hers = asked('nora');
    await Promise.all([...flood, hers]);
    expect(order.filter((entry) => entry === 'flood log-backlog-full')).toHaveLength(30 - 1 - waitingPerAccountMax);
    const done = order.filter((entry) => !entry.includes(' '));
    expect([done.length, done.indexOf('nora')]).toEqual([2 + waitingPerAccountMax, 2]);
  });
});
