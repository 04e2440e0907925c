import { effect, signal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Places } from '../../protocol/devices.ts';
import type { Session } from '../../protocol/rest.ts';
import type { Answer } from './answer.ts';
import { openWardPlans } from './ward-plans.ts';

const sessionOf = (userId: string, may: Session['may'] = ['view-devices']): Session =>
  ({ actor: { userId, name: userId, role: 'nurse' }, wards: ['ICU'], may }) as Session;
const answerWith = (...beds: string[]): Answer<Places> => ({
  ok: true,
  data: { wards: [{ ward: 'ICU', beds, theme: 'light' }], unregistered: [] },
});
const failure: Answer<Places> = { ok: false, status: 503, code: 'x', message: 'No answer.' } as never;

describe('openWardPlans', () => {
  const session = signal<Session | null | undefined>(undefined);
  const ward = signal('ICU');
  const now = signal(0);
  const lastHeardMs = signal<number | undefined>(undefined);
  const load = vi.fn<() => Promise<Answer<Places>>>();
  let opened: ReturnType<typeof openWardPlans>;

  beforeEach(() => {
    vi.useFakeTimers();
    session.value = undefined;
    ward.value = 'ICU';
    lastHeardMs.value = undefined;
    load.mockReset();
    opened = openWardPlans({ session, ward, now, lastHeardMs, load });
  });
  afterEach(() => {
    opened.close();
    vi.useRealTimers();
  });
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const bedsShown = () => opened.plans.value.flatMap(({ beds }) => beds);

  it('asks after the login, again after a minute, and after 10 s if the server did not answer', async () => {
    load.mockResolvedValueOnce(failure).mockResolvedValueOnce(answerWith('1')).mockResolvedValueOnce(answerWith('2'));
    session.value = sessionOf('nora');
    await settle();
    expect([load.mock.calls.length, bedsShown()]).toEqual([1, []]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bedsShown()).toEqual(['1']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bedsShown()).toEqual(['2']);
  });

  it('keeps the arrangement if a later answer does not come', async () => {
    load.mockResolvedValueOnce(answerWith('1')).mockResolvedValue(failure);
    session.value = sessionOf('nora');
    await vi.advanceTimersByTimeAsync(6 * 60_000);
    expect(bedsShown()).toEqual(['1']);
  });

  it('keeps the former sectors of a bed for 15 min, also if the server does not know them', async () => {
    const planOf = (north: string[]) => ({ ward: 'ICU', beds: ['1', '2'], sectors: [{ name: 'North', beds: north }] });
    const place = (north: string[]): Answer<Places> => ({
      ok: true,
      data: { wards: [planOf(north)], unregistered: [] },
    });
    load.mockResolvedValueOnce(place(['1', '2'])).mockResolvedValue(place(['1']));
    session.value = sessionOf('nora');
    await vi.advanceTimersByTimeAsync(61_000);
    const formers = () => opened.plans.value[0]?.formerSectors?.map(({ beds }) => beds);
    expect(formers()).toEqual([['1', '2']]);
    await vi.advanceTimersByTimeAsync(14 * 60_000);
    expect(formers()).toEqual([['1', '2']]);
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    expect(formers()).toBeUndefined();
  });

  it('says after 10 min without an answer that the plans are old, and not before', async () => {
    load.mockResolvedValueOnce(answerWith('1')).mockResolvedValue(failure);
    session.value = sessionOf('nora');
    await vi.advanceTimersByTimeAsync(9 * 60_000);
    now.value += 1;
    expect(opened.areCurrent.value).toBe(true);
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    now.value += 1;
    expect(opened.areCurrent.value).toBe(false);
    load.mockResolvedValue(answerWith('1'));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(opened.areCurrent.value).toBe(true);
  });

  it('the plans are old after the computer has slept for more than 10 min', async () => {
    load.mockResolvedValue(answerWith('1'));
    session.value = sessionOf('nora');
    await settle();
    expect(opened.areCurrent.value).toBe(true);
    // While a computer sleeps, its wall clock runs and its monotonic clock stands still.
    vi.setSystemTime(Date.now() + 11 * 60_000);
    now.value += 1;
    expect(opened.areCurrent.value).toBe(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(opened.areCurrent.value).toBe(true);
  });

  it('ignores an answer for the person who was logged in before', async () => {
    let answer: (value: Answer<Places>) => void = () => {};
    load.mockReturnValueOnce(new Promise((resolve) => (answer = resolve))).mockResolvedValue(answerWith('2'));
    session.value = sessionOf('nora');
    session.value = sessionOf('paul');
    await settle();
    answer(answerWith('1'));
    await settle();
    expect(bedsShown()).toEqual(['2']);
  });

  it('does not ask for a person who may not see devices', async () => {
    session.value = sessionOf('ada', ['view-audit']);
    await settle();
    expect(load).not.toHaveBeenCalled();
  });

  it('finds the night of the watched ward by the clock of the server, and never by the clock of the browser', async () => {
    const plan = { ward: 'ICU', beds: [], zone: 'UTC', night: { from: '22:00', until: '06:00' } };
    load.mockResolvedValue({ ok: true, data: { wards: [plan], unregistered: [] } });
    const states: boolean[] = [];
    // It is midnight by the clock of the browser, and noon by the clock of the server.
    now.value = Date.parse('2026-01-10T00:00:00Z');
    session.value = sessionOf('nora');
    await settle();
    const stop = effect(() => void states.push(opened.isNight.value));
    lastHeardMs.value = Date.parse('2026-01-10T12:00:00Z');
    now.value = Date.parse('2026-01-10T12:00:00Z');
    now.value = Date.parse('2026-01-10T21:59:59Z');
    expect(states).toEqual([false]);
    now.value = Date.parse('2026-01-10T22:00:00Z');
    expect(opened.isNight.value).toBe(true);
    ward.value = '*';
    expect(opened.isNight.value).toBe(false);
    stop();
  });

  it('has the theme of the watched ward, and no theme for several wards', async () => {
    load.mockResolvedValue(answerWith('1'));
    session.value = sessionOf('nora');
    await settle();
    expect(opened.theme.value).toBe('light');
    ward.value = '*';
    expect(opened.theme.value).toBeUndefined();
  });
});
