import { afterEach, describe, expect, it, vi } from 'vitest';
import { VigilError } from '../../contracts/errors.ts';
import type { DeviceAssociations } from '../../contracts/messages/records.ts';
import type { AuditEvent } from '../../log/audit/chain.ts';
import type { SealedTurn } from '../../log/sealed-log.ts';
import { actorOf } from './access.ts';
import { type Change, createChanges } from './changes.ts';
import { assignDevice, correctPatient, type Decision, endAssociation, moveDevice } from './core/associate.ts';
import type { ActContext } from './core/association-refusals.ts';
import { deviceOf, foldAssociations } from './core/beds.ts';
import { nurse, period, t0, table } from './core/fold.testing.ts';
import { emptyState, type LiveState } from './core/state.ts';
import { beginMsMax, decideAgainMsMax, notKnownText, waitingPerAccountMax } from './turns.ts';

afterEach(() => void vi.restoreAllMocks());

const patient = { patientId: 'P-1', familyName: 'Made', givenName: 'Up', category: 'adult' as const };
type Step = 'write' | 'commit';

/** Creates a log that gives turns as Kafka does: only the last process that took the turn may write and commit. */
function newLog() {
  const written: DeviceAssociations[] = [];
  let holder = 0;
  /** Whether Kafka makes a commit, but its answer is lost. */
  let losesAnswers = false;
  /** Called before an answer is lost. */
  let meanwhile: () => Promise<unknown> = async () => {};
  /** Whether no further turn can be taken. */
  let isAway = false;
  /** Called before each step of a turn, with the number of the turn (the first is 1). */
  let before: (step: Step, turn: number) => void | Promise<void> = () => {};
  async function takeTurn(): Promise<SealedTurn> {
    if (isAway) throw new VigilError('log-unavailable', 'The turn to write cannot be taken from Kafka.');
    let isCommitted = false;
    holder += 1;
    const ownNumber = holder;
    const drafts: DeviceAssociations[] = [];
    const step = async (name: Step) => {
      await before(name, ownNumber);
      if (ownNumber !== holder) throw new VigilError('turn-lost', 'Another process has taken the turn.');
    };
    return {
      async write(records) {
        await step('write');
        drafts.push(...records.map(({ body }) => body as DeviceAssociations));
      },
      async commit() {
        await step('commit');
        written.push(...drafts);
        isCommitted = true;
        if (!losesAnswers) return;
        losesAnswers = false;
        await meanwhile();
        throw new VigilError('log-append-failed', 'Kafka did not confirm a transaction.');
      },
      async wasCommitted() {
        expect(ownNumber, 'the next turn has ended the transaction').toBeLessThan(holder);
        return isCommitted;
      },
      close: async () => {},
    };
  }
  return {
    written,
    takeTurn,
    loseAnswer(doMeanwhile = meanwhile) {
      losesAnswers = true;
      meanwhile = doMeanwhile;
    },
    goAway(away: boolean) {
      isAway = away;
    },
    on(hook: typeof before) {
      before = hook;
    },
  };
}

/** Creates a dashboard that reads `log`. One patient is in bed 1 of the ward icu, with the devices d1, d2 and d3. */
function dashboard(log: ReturnType<typeof newLog>, viewer = nurse, beginMs?: number) {
  const state = emptyState();
  for (const id of ['1', '2', '3'])
    foldAssociations(state, table(`d${id}`, 1, period(`assoc-0${id}`, 'icu', { patient })));
  for (const id of ['e1', 'e2']) deviceOf(state, id);
  const audit: AuditEvent[] = [];
  let read = 0;
  let isReading = true;
  const change = createChanges({
    feed: {
      readAssociations: async () => {
        while (!isReading) await new Promise((done) => setTimeout(done, 5));
        for (const written of log.written.slice(read)) foldAssociations(state, written);
        read = log.written.length;
      },
    },
    trail: { record: async (event) => void audit.push(event) },
    log,
    pseudonymKey: 'made-up-key-of-at-least-32-bytes-for-tests',
    now: () => t0,
    waitMs: 50,
    ...(beginMs !== undefined && { beginMs }),
  });
  const ask = (decide: (state: LiveState, context: ActContext) => Decision, by = viewer) =>
    change({ viewer: by, who: { actor: actorOf(by), session: 'mark' } }, {
      action: 'association-moved',
      decide: (context) => decide(state, context),
      detail: () => 'd1',
    } as Change);
  return {
    state,
    audit,
    ask,
    stopReading: () => {
      isReading = false;
    },
    resumeReading: () => {
      isReading = true;
    },
  };
}
const last = (state: LiveState, id: string) => state.associations.get(id)!.periods.at(-1)!;

const discharge = (state: LiveState, context: ActContext) =>
  endAssociation(state, context, 'd1', 'assoc-01', 'patient');
const moveTo = (bed: string) => (state: LiveState, context: ActContext) =>
  moveDevice(state, context, 'd1', { ward: 'icu', bed, version: 1 });
const correct = (changes: { familyName?: string; patientId?: string }) => (state: LiveState, context: ActContext) =>
  correctPatient(state, context, 'd1', 'assoc-01', { version: 1, changes });

const acts: [string, (state: LiveState, context: ActContext) => Decision, (state: LiveState, id: string) => boolean][] =
  [
    ['a discharge', discharge, (state, id) => last(state, id).to !== null],
    ['a move', moveTo('9'), (state, id) => last(state, id).bed === '9'],
    [
      'a correction of the name',
      correct({ familyName: 'Right' }),
      (state, id) => last(state, id).patient?.familyName === 'Right',
    ],
    [
      'a correction of the patient id',
      correct({ patientId: 'P-2' }),
      (state, id) => last(state, id).patient?.patientId === 'P-2',
    ],
  ];

describe('a change of several devices when Kafka fails', () => {
  for (const fails of ['write', 'commit'] as const)
    it.each(acts)(
      `if Kafka fails at the ${fails}, %s changes no device, and the person reads this; the next try changes all devices`,
      async (_, act, isDone) => {
        const log = newLog();
        const { state, ask } = dashboard(log);
        log.on((step) => {
          if (step !== fails) return;
          if (step === 'write') throw new VigilError('log-unavailable', 'Kafka did not accept the records of a turn.');
          throw new VigilError('log-append-failed', 'Kafka did not confirm a transaction.');
        });
        await expect(ask(act)).rejects.toMatchObject({
          code: 'log-unavailable',
          message: 'Nothing was changed: Kafka did not accept the change. Try again.',
        });
        for (const id of ['d1', 'd2', 'd3']) expect(isDone(state, id)).toBe(false);
        log.on(() => {});
        expect(await ask(act)).toMatchObject({ ok: true });
        for (const id of ['d1', 'd2', 'd3']) expect(isDone(state, id)).toBe(true);
      },
    );
});

describe('a change whose commit Kafka does not confirm', () => {
  it.each(acts)('if %s was saved, the server finds this out and says that it is done', async (_, act, isDone) => {
    const log = newLog();
    const { state, audit, ask } = dashboard(log);
    log.loseAnswer();
    expect(await ask(act)).toMatchObject({ ok: true });
    for (const id of ['d1', 'd2', 'd3']) expect(isDone(state, id)).toBe(true);
    expect(log.written).toHaveLength(3);
    expect(audit.map(({ detail }) => detail)).toEqual(['d1']);
  });

  it.each(acts)('if %s was not saved, it is decided again and saved once', async (_, act, isDone) => {
    const log = newLog();
    const { state, audit, ask } = dashboard(log);
    log.on((step, turn) => {
      if (step === 'commit' && turn === 1) throw new VigilError('log-append-failed', 'Kafka did not confirm it.');
    });
    expect(await ask(act)).toMatchObject({ ok: true });
    for (const id of ['d1', 'd2', 'd3']) expect(isDone(state, id)).toBe(true);
    expect(log.written).toHaveLength(3);
    expect(audit.map(({ detail }) => detail)).toEqual(['d1', 'not done, Kafka did not accept it: d1', 'd1']);
  });

  it.each(acts)('if %s was not saved and this took long to find out, it is not made late', async (_, act, isDone) => {
    const log = newLog();
    const { state, audit, ask } = dashboard(log);
    const startMs = performance.now();
    log.on((step) => {
      if (step !== 'commit') return;
      vi.spyOn(performance, 'now').mockReturnValue(startMs + decideAgainMsMax + 60_000);
      log.on(() => {});
      throw new VigilError('log-append-failed', 'Kafka did not confirm it.');
    });
    await expect(ask(act)).rejects.toMatchObject({
      code: 'log-unavailable',
      message: 'Nothing was changed: Kafka did not accept the change. Try again.',
    });
    for (const id of ['d1', 'd2', 'd3']) expect(isDone(state, id)).toBe(false);
    expect(log.written).toEqual([]);
    expect(audit.map(({ detail }) => detail)).toEqual(['d1', 'not done, Kafka did not accept it: d1']);
  });

  it('if another dashboard changed the same patient meanwhile, a saved change is still answered as done', async () => {
    const log = newLog();
    const [mine, other] = [dashboard(log), dashboard(log, { ...nurse, userId: 'other', name: 'Other' })];
    const correctName = (state: LiveState, context: ActContext) =>
      correctPatient(state, context, 'd1', 'assoc-01', { version: 2, changes: { familyName: 'Right' } });
    log.loseAnswer(async () => expect(await other.ask(correctName)).toMatchObject({ ok: true }));
    expect(await mine.ask(moveTo('9'))).toMatchObject({ ok: true });
    expect(log.written).toHaveLength(6);
    for (const id of ['d1', 'd2', 'd3'])
      expect([last(mine.state, id).bed, last(mine.state, id).patient?.familyName]).toEqual(['9', 'Right']);
  });

  it.each([
    ['saved', true],
    ['not saved', false],
  ])('if Kafka goes away and the change was %s, the person reads that nobody knows', async (_, isSaved) => {
    const log = newLog();
    const { audit, ask } = dashboard(log);
    log.on((step) => {
      if (step !== 'commit') return;
      log.goAway(true);
      if (isSaved) log.loseAnswer();
      else throw new VigilError('log-append-failed', 'Kafka did not confirm a transaction.');
    });
    await expect(ask(discharge)).rejects.toMatchObject({ code: 'log-append-failed', message: notKnownText });
    expect(log.written).toHaveLength(isSaved ? 3 : 0);
    expect(audit.map(({ detail }) => detail)).toEqual(['d1', 'it is not known whether this was done: d1']);
  });

  it('if a commit takes too long, nobody reads that nothing was changed', async () => {
    const log = newLog();
    const { ask } = dashboard(log);
    const { promise: never } = Promise.withResolvers<void>();
    log.on((step) => {
      if (step !== 'commit') return;
      log.goAway(true);
      return never;
    });
    await expect(ask(discharge)).rejects.toMatchObject({ code: 'log-append-failed', message: notKnownText });
  });
});

describe('changes on two dashboards at the same time', () => {
  for (const at of ['write', 'commit'] as const)
    it.each(acts)(
      `if another dashboard moves the patient during the ${at} of %s, the move is done, and the other change is decided again`,
      async (name, act) => {
        const log = newLog();
        const ownDashboard = dashboard(log);
        const otherDashboard = dashboard(log, { ...nurse, userId: 'other', name: 'Other' });
        log.on(async (step, turn) => {
          if (turn === 1 && step === at) expect(await otherDashboard.ask(moveTo('7'))).toMatchObject({ ok: true });
        });
        const decision = await ownDashboard.ask(act);
        if (name === 'a move') {
          expect(decision).toMatchObject({
            ok: false,
            code: 'conflict',
            changes: [{ act: 'moved', by: { name: 'Other' } }],
          });
          expect(log.written).toHaveLength(3);
        } else {
          // The change does not concern the place, so the server changes the data of the patient in the new bed.
          expect(decision).toMatchObject({ ok: true });
          for (const id of ['d1', 'd2', 'd3']) expect(last(ownDashboard.state, id).bed).toBe('7');
        }
        for (const id of ['d1', 'd2', 'd3'])
          expect(log.written.at(-1)!.version).toBe(ownDashboard.state.associations.get(id)!.version);
      },
    );

  it('two dashboards do not admit one patient in two beds', async () => {
    const log = newLog();
    const admit = (deviceId: string, bed: string) => (state: LiveState, context: ActContext) =>
      assignDevice(
        state,
        context,
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

  it('the audit trail says that a change was not done because another change came first', async () => {
    const log = newLog();
    const [mine, other] = [dashboard(log), dashboard(log)];
    log.on(async (step, turn) => {
      if (turn === 1 && step === 'commit') await other.ask(moveTo('7'));
    });
    await mine.ask(moveTo('9'));
    expect(mine.audit.map(({ detail }) => detail)).toEqual(['d1', 'not done, another change came first: d1']);
  });

  it('if other dashboards always take the turn, a change fails and changes nothing', async () => {
    const log = newLog();
    const { ask } = dashboard(log);
    log.on(async () => void (await log.takeTurn()));
    await expect(ask(discharge)).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(log.written).toEqual([]);
  });
});

describe('a change on a dashboard that reads the log too slowly', () => {
  it('a change is not decided until the dashboard has read the log to its end', async () => {
    const log = newLog();
    const { ask, stopReading, resumeReading } = dashboard(log);
    stopReading();
    let decided = false;
    const move = (state: LiveState, context: ActContext) => {
      decided = true;
      return moveTo('9')(state, context);
    };
    await expect(ask(move)).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(decided).toBe(false);
    resumeReading();
    expect(await ask(move)).toMatchObject({ ok: true });
  });

  it('a change that was written but not read back is answered with an error', async () => {
    const log = newLog();
    const { state, ask, stopReading, resumeReading } = dashboard(log);
    log.on((step) => {
      if (step === 'commit') stopReading();
    });
    await expect(ask(discharge)).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(log.written).toHaveLength(3);
    resumeReading();
    log.on(() => {});
    expect(await ask(moveTo('9'))).toMatchObject({ ok: false, code: 'conflict' });
    expect(last(state, 'd1').to).not.toBeNull();
  });

  it('a change of a deleted device is refused with not-found', async () => {
    const { state, ask } = dashboard(newLog());
    for (const id of ['d1', 'd2', 'd3']) state.associations.delete(id);
    expect(await ask(discharge)).toMatchObject({ ok: false, code: 'not-found' });
  });
});

describe('waiting changes of several accounts', () => {
  it('many changes of one account do not delay another account, and changes above the maximum of an account are refused', async () => {
    const log = newLog();
    const { ask } = dashboard(log);
    const order: string[] = [];
    const askAs = (name: string) =>
      ask(discharge, { ...nurse, userId: name }).then(
        () => order.push(name),
        (error: VigilError) => order.push(`${name} ${error.code}`),
      );
    const flood = Array.from({ length: 30 }, () => askAs('flood'));
    const noraAnswer = askAs('nora');
    await Promise.all([...flood, noraAnswer]);
    expect(order.filter((entry) => entry === 'flood log-backlog-full')).toHaveLength(30 - 1 - waitingPerAccountMax);
    const successes = order.filter((entry) => !entry.includes(' '));
    expect([successes.length, successes.indexOf('nora')]).toEqual([2 + waitingPerAccountMax, 2]);
  });

  it('a change whose turn comes after its page has given up is not made, and the person reads this before', async () => {
    const log = newLog();
    const { audit, ask } = dashboard(log, nurse, 1_000);
    const { promise: isWritten, resolve: endWriting } = Promise.withResolvers<void>();
    log.on((step, turn) => (step === 'write' && turn === 1 ? isWritten : undefined));
    const first = ask(discharge);
    const second = ask(moveTo('9'), { ...nurse, userId: 'nora' });
    // The first change has begun, so it is carried out. The second change gets its answer while the first still runs.
    await expect(second).rejects.toMatchObject({
      code: 'log-backlog-full',
      message: 'Nothing was changed: too many changes wait, or Kafka is slow. Try again.',
    });
    expect(log.written).toEqual([]);
    endWriting();
    expect(await first).toMatchObject({ ok: true });
    await new Promise((done) => setTimeout(done, 100));
    expect(log.written).toHaveLength(3);
    expect(audit).toHaveLength(1);
  });

  it('a change that another dashboard overtakes is not decided again after its page has given up', async () => {
    const log = newLog();
    const { audit, ask } = dashboard(log);
    const startMs = performance.now();
    log.on(async (step) => {
      if (step !== 'commit') return;
      vi.spyOn(performance, 'now').mockReturnValue(startMs + beginMsMax + 60_000);
      log.on(() => {});
      await log.takeTurn();
    });
    await expect(ask(discharge)).rejects.toMatchObject({ code: 'log-backlog-full' });
    expect(log.written).toEqual([]);
    expect(audit.map(({ detail }) => detail)).toEqual(['d1', 'not done, another change came first: d1']);
  });
});
