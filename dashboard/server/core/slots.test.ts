import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSlots, type SlotBounds } from './slots.ts';

const seed = Date.now();
const refused = () => new Error('full');
const bounds: SlotBounds = { atOnceMax: 2, atOncePerKeyMax: 1, waitingMax: 3, waitingPerKeyMax: 2 };

/** Creates slots for the test. `log` has the names of the requests that got a slot or were refused, in order. */
function newTestSlots(changed: Partial<SlotBounds> = {}) {
  const slots = createSlots({ ...bounds, ...changed }, refused);
  const log: string[] = [];
  const leaving = new Map<string, () => void>();
  const enter = (name: string) =>
    slots.enter(name[0] ?? '').then(
      (leave) => {
        log.push(name);
        leaving.set(name, leave);
      },
      () => {
        log.push(`${name} refused`);
      },
    );
  const settle = async () => {
    for (let turns = 0; turns < 5; turns += 1) await Promise.resolve();
  };
  return {
    slots,
    log,
    settle,
    async enter(...names: string[]) {
      for (const name of names) void enter(name);
      await settle();
    },
    async leave(name: string) {
      leaving.get(name)?.();
      await settle();
    },
  };
}

it('a key gets no more slots than its maximum, so other keys get slots too', async () => {
  const { enter, leave, log } = newTestSlots();
  await enter('a1', 'a2', 'a3', 'b1');
  expect(log).toEqual(['a1', 'b1']);
  await enter('c1');
  await leave('b1');
  expect(log).toEqual(['a1', 'b1', 'c1']);
  await leave('a1');
  expect(log).toEqual(['a1', 'b1', 'c1', 'a2']);
});

it('a request of a key with a full queue is refused; if all queues together are full, the newest request of the longest queue is refused, so that another key can wait', async () => {
  const { enter, log } = newTestSlots();
  await enter('x1', 'y1', 'a1', 'a2', 'a3', 'b1');
  expect(log).toEqual(['x1', 'y1', 'a3 refused']);
  await enter('c1');
  expect(log).toEqual(['x1', 'y1', 'a3 refused', 'a2 refused']);
});

it('a slot is given back once, even if the work fails', async () => {
  const { slots, enter, leave, log } = newTestSlots({ atOnceMax: 1 });
  await enter('a1', 'b1', 'c1');
  await leave('a1');
  await leave('a1');
  expect(log).toEqual(['a1', 'b1']);
  await leave('b1');
  await leave('c1');
  await expect(slots.run('d', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect([slots.usedSlots(), slots.waiting()]).toEqual([0, 0]);
});

it(`no maximum is exceeded and no request is lost (seed ${seed})`, async () => {
  const step = fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), fc.constant('leave'));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { slots, log, enter, leave, settle } = newTestSlots({ atOnceMax: 3, atOncePerKeyMax: 2 });
      const working: string[] = [];
      const seen = new Set<string>();
      let entered = 0;
      for (const [at, action] of steps.entries()) {
        if (action === 'leave') await leave(working.shift() ?? '');
        else {
          entered += 1;
          await enter(`${action}${at}`);
        }
        await settle();
        for (const name of log) if (!name.includes('refused') && !seen.has(name)) working.push(name);
        for (const name of log) seen.add(name);
        expect(slots.usedSlots()).toBe(working.length);
        expect(working.length).toBeLessThanOrEqual(3);
        for (const key of ['a', 'b', 'c', 'd'])
          expect(working.filter((name) => name[0] === key).length).toBeLessThanOrEqual(2);
        expect(slots.waiting()).toBeLessThanOrEqual(bounds.waitingMax);
        // Each request has or had a slot, was refused, or waits.
        expect(log.length + slots.waiting()).toBe(entered);
      }
    }),
    { seed, numRuns: 200 },
  );
});
