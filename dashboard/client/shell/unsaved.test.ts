import { describe, expect, it, vi } from 'vitest';
import { createUnsaved } from './unsaved.ts';

describe('leaving a form', () => {
  it('happens at once where nothing was typed', () => {
    const next = vi.fn();
    const unsaved = createUnsaved();
    unsaved.leave(next);
    expect(next).toHaveBeenCalledOnce();
    expect(unsaved.asks.value).toBe(false);
  });

  it('asks first where something was typed, and goes on only when the person drops it', () => {
    const next = vi.fn();
    const unsaved = createUnsaved();
    unsaved.mark(true);
    unsaved.leave(next);
    expect([next.mock.calls.length, unsaved.asks.value]).toEqual([0, true]);
    unsaved.drop();
    expect([next.mock.calls.length, unsaved.asks.value]).toEqual([1, false]);
  });

  it('stays in the form when the person keeps what was typed, and asks again next time', () => {
    const next = vi.fn();
    const unsaved = createUnsaved();
    unsaved.mark(true);
    unsaved.leave(next);
    unsaved.keep();
    expect([next.mock.calls.length, unsaved.asks.value]).toEqual([0, false]);
    unsaved.leave(next);
    expect([next.mock.calls.length, unsaved.asks.value]).toEqual([0, true]);
  });

  it('asks of the newest place only, and forgets it where the form was saved', () => {
    const [first, second] = [vi.fn(), vi.fn()];
    const unsaved = createUnsaved();
    unsaved.mark(true);
    unsaved.leave(first);
    unsaved.leave(second);
    unsaved.mark(false);
    unsaved.drop();
    expect([first.mock.calls.length, second.mock.calls.length, unsaved.asks.value]).toEqual([0, 0, false]);
  });
});
