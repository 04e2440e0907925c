import { describe, expect, it, vi } from 'vitest';
import { createUnsaved } from './unsaved.ts';

describe('leaving a form', () => {
  it('happens at once if nothing was typed', () => {
    const next = vi.fn();
    const unsaved = createUnsaved();
    unsaved.leave(next);
    expect(next).toHaveBeenCalledOnce();
    expect(unsaved.asks.value).toBe(false);
  });

  it('asks first if something was typed, and goes on only when the person drops it', () => {
    const next = vi.fn();
    const unsaved = createUnsaved();
    unsaved.mark(true);
    unsaved.leave(next);
    expect([next.mock.calls.length, unsaved.asks.value]).toEqual([0, true]);
    unsaved.drop();
    expect([next.mock.calls.length, unsaved.asks.value]).toEqual([1, false]);
  });

  it('does not happen if the person keeps the typed text, and asks again next time', () => {
    const next = vi.fn();
    const unsaved = createUnsaved();
    unsaved.mark(true);
    unsaved.leave(next);
    unsaved.keep();
    expect([next.mock.calls.length, unsaved.asks.value]).toEqual([0, false]);
    unsaved.leave(next);
    expect([next.mock.calls.length, unsaved.asks.value]).toEqual([0, true]);
  });

  it('asks about the newest place only, and forgets it when the form was saved', () => {
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
