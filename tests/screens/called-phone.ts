/** Opens a ward of four beds on the phone of a nurse, for tests in which Vigil calls this nurse. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { openBrowser } from '../browser.ts';
import { type DeliveryDouble, openWithDelivery } from './delivery-double.ts';
import { alarmOf, newPatient, newPeriod, type PlayedBed, playBeds, raisedEvent } from './scene.ts';
import { openScreenServer, type ScreenServer } from './server.ts';

type BedNames = {
  readonly ward: string;
  readonly beds: readonly [string, string, string, string];
  readonly familyName: (bed: string) => string;
};

const shortNames: BedNames = {
  ward: 'CCU',
  beds: ['A-1', 'A-2', 'A-3', 'A-4'],
  familyName: (bed) => `Patient ${bed}`,
};

/**
 * Opens the phone anew for each test, and clears the alarms after the test. Call this function once, at the top of the
 * file.
 */
export function openCalledPhone({ ward, beds: names, familyName }: BedNames = shortNames) {
  const beds = names.map(
    (name): PlayedBed => ({
      deviceId: `device-${name}`.slice(0, 60).replaceAll(/[^\w-]/g, '-'),
      period: newPeriod(name, ward, newPatient({ familyName: familyName(name) })),
      values: { MDC_ECG_HEART_RATE: 134, MDC_PULS_OXIM_SAT_O2: 93, MDC_TTHOR_RESP_RATE: 18, MDC_TEMP_BODY: 37.4 },
      waves: ['MDC_ECG_ELEC_POTL_II', 'MDC_PULS_OXIM_PLETH'],
      ageMs: 0,
    }),
  ) as [PlayedBed, PlayedBed, PlayedBed, PlayedBed];
  const raised: Alarm[] = [];
  let server: ScreenServer;
  let browser: Browser;
  let stop: () => void;
  let phone: DeliveryDouble;

  beforeAll(async () => {
    [server, browser] = await Promise.all([
      openScreenServer({
        accounts: [{ userId: 'anna', name: 'Anna Nurse', role: 'nurse', wards: [ward] }],
        wards: [{ ward, beds: [...names] }],
      }),
      openBrowser(inject('chromium')),
    ]);
    stop = playBeds(server, beds);
  });

  afterAll(async () => {
    stop();
    await browser.close();
    await server.close();
  });

  beforeEach(async () => {
    phone = await openWithDelivery(browser, server, 'anna');
  });

  afterEach(async () => {
    await phone.close();
    const cleared = raised.splice(0).map((alarm) => raisedEvent({ ...alarm, rev: 99, signal: 'off', present: false }));
    server.playAlarms(...cleared.map((event) => ({ ...event, type: 'cleared' as const })));
    server.commands.length = 0;
  });

  const byId = (id: string) => phone.page.getByTestId(id);
  return {
    beds,
    get server() {
      return server;
    },
    get phone() {
      return phone;
    },
    byId,
    stateText: (alarm: Alarm) => byId(`call-state-${alarm.alarmId}`),
    answerText: (alarm: Alarm) => byId(`call-answer-${alarm.alarmId}`),
    isPainted: (callId: string) => phone.painted.some(({ calls }) => calls.some((call) => call.callId === callId)),
    /** Raises an alarm that the ward shows. It calls nobody until `phone.playCalls`. */
    raise(at: PlayedBed, fields: Partial<Alarm> = {}): Alarm {
      const alarm = alarmOf(at, { text: 'HR 134 > 120', value: 134, limit: 120, priority: 'high', ...fields });
      raised.push(alarm);
      server.playAlarms(raisedEvent(alarm));
      return alarm;
    },
  };
}
