import { describe, expect, it, vi } from 'vitest';
import { createUnsaved } from './unsaved.ts';

const form = {};

describe('createUnsaved', () => {
  it('a person leaves a form immediately if nothing was typed', () => {
    const next = vi.fn();
    const unsaved = createUnsaved();
    unsaved.leave(next);
    expect(next).toHaveBeenCalledOnce();
    expect(unsaved.asks.value).toBe(false);
  });

  it('the form asks first if text was typed; the person leaves only after dropping the text', () => {
    const next = vi.fn();
    const unsaved = createUnsaved();
    unsaved.mark(form, true);
    unsaved.leave(next);
    expect([next.mock.calls.length, unsaved.asks.value]).toEqual([0, true]);
    unsaved.drop();
    expect([next.mock.calls.length, unsaved.asks.value]).toEqual([1, false]);
  });

  it('the person stays if they keep the typed text; the form asks again the next time', () => {
    const next = vi.fn();
    const unsaved = createUnsaved();
    unsaved.mark(form, true);
    unsaved.leave(next);
    unsaved.keep();
    expect([next.mock.calls.length, unsaved.asks.value]).toEqual([0, false]);
    unsaved.leave(next);
    expect([next.mock.calls.length, unsaved.asks.value]).toEqual([0, true]);
  });

  it('the form remembers only the newest target, and forgets it when the text was saved', () => {
    const [first, second] = [vi.fn(), vi.fn()];
    const unsaved = createUnsaved();
    unsaved.mark(form, true);
    unsaved.leave(first);
    unsaved.leave(second);
    unsaved.mark(form, false);
    unsaved.drop();
    expect([first.mock.calls.length, second.mock.calls.length, unsaved.asks.value]).toEqual([0, 0, false]);
  });

  it('a form without text does not hide the text of another form, and only one of two forms asks', () => {
    const next = vi.fn();
    const other = {};
    const unsaved = createUnsaved();
    unsaved.mark(form, true);
    unsaved.mark(other, true);
    unsaved.leave(next);
    expect([next.mock.calls.length, unsaved.askingForm.value]).toEqual([0, form]);
    unsaved.mark(form, false);
    expect([unsaved.asks.value, unsaved.askingForm.value]).toEqual([true, other]);
    unsaved.mark(other, false);
    expect(unsaved.asks.value).toBe(false);
  });
});
