/**
 * Computes the overview of the wards for persons in charge: alarms, beds, responsible persons, devices and screens.
 * Pure.
 */
import { isUnanswered } from '../../../contracts/acknowledgement.ts';
import { canAnswer } from '../../../contracts/delivery-policy.ts';
import { dutyNoticeCodes } from '../../../contracts/duty-notice-codes.ts';
import { dutiesOf } from '../../../contracts/duty-state.ts';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import { visibleText } from '../../../contracts/text.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { Registry } from '../../../contracts/ward-registry.ts';
import type { Health } from '../../protocol/live.ts';
import type { WardCard, WardOverview } from '../../protocol/ward-overview.ts';
import { chargeNurses, type Member } from './board-context.ts';
import type { DeliveryBoard } from './delivery-board.ts';
import { type DeliverySigns, isDeliveryRead, isDeliveryRunning } from './delivery-health.ts';
import { isDeviceInTrouble } from './device-list.ts';
import type { DutyBoard } from './duty-board.ts';
import { wardReach } from './reach-view.ts';
import { seesWard, type Viewer } from './rights.ts';
import { alarmsOfBed } from './screen.ts';
import type { SoundTestRecords } from './sound-test-records.ts';
import { currentStandby } from './standby.ts';
import { audienceOf, type BedState, type LiveState } from './state.ts';

/** One line of a card names at most this many beds and this many persons. The counts include all beds and persons. */
const namedMax = 20;

/** What the screens of the dashboards do for one ward. */
export type ScreensOfWard = Pick<WardCard, 'isWatched' | 'sound'>;

export type OverviewSource = {
  readonly state: LiveState;
  readonly registry: Registry;
  readonly board: DutyBoard;
  readonly delivery: { readonly board: DeliveryBoard; readonly signs: DeliverySigns };
  readonly health: Pick<Health, 'kafka' | 'kafkaAt' | 'alarms'>;
  readonly screensOf: (ward: string) => ScreensOfWard;
  readonly membersOf: (ward: string) => readonly Member[];
  /** The tests of the sound that persons answered. */
  readonly soundTests: Pick<SoundTestRecords, 'answered' | 'uncounted'>;
};

/** Returns the cards of all visible wards: registered wards, wards of the account, and wards with beds or devices. */
export function wardOverview(source: OverviewSource, viewer: Viewer, nowMs: number): WardOverview {
  const { state, registry, health, delivery } = source;
  const bedsOf = new Map<string, BedState[]>();
  for (const { ward } of registry.wards) if (seesWard(viewer, ward)) bedsOf.set(ward, []);
  for (const ward of viewer.wards) if (ward !== '*') bedsOf.set(ward, []);
  for (const bed of state.beds.values()) {
    const ward = audienceOf(bed);
    if (ward === null || !seesWard(viewer, ward)) continue;
    bedsOf.set(ward, [...(bedsOf.get(ward) ?? []), bed]);
  }
  const isRunning = isDeliveryRunning(delivery.signs, nowMs);
  const isRead = delivery.board.isRead && isDeliveryRead(delivery.signs, nowMs);
  return {
    at: formatInstant(nowMs),
    kafka: health.kafka,
    kafkaAt: health.kafkaAt,
    alarms: health.alarms,
    delivery: isRunning ? (isRead ? 'running' : 'unread') : 'away',
    wards: [...bedsOf]
      .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
      .map(([ward, beds]) => ({
        ward: visibleText(ward),
        ...alarmsOf(source, viewer, beds),
        ...placesOf(source, ward, beds),
        duties: dutiesOfWard(source, ward, beds, nowMs),
        reach: isRunning && isRead ? reachOfWard(source, ward, nowMs) : null,
        devices: devicesOf(source, viewer, beds),
        ...source.screensOf(ward),
        ...soundTestOf(source, ward, nowMs),
      })),
  };
}

function soundTestOf(
  { soundTests }: OverviewSource,
  ward: string,
  nowMs: number,
): Pick<WardCard, 'soundTest' | 'uncountedTest'> {
  const test = soundTests.answered(ward, nowMs);
  if (test) return { soundTest: { at: formatInstant(test.atMs), heard: test.heard, screen: visibleText(test.screen) } };
  const other = soundTests.uncounted(ward, nowMs);
  return { soundTest: null, ...(other && { uncountedTest: { at: formatInstant(other.atMs), why: other.why } }) };
}

function alarmsOf({ state }: OverviewSource, viewer: Viewer, beds: readonly BedState[]) {
  const alarms = beds.flatMap(({ associationId }) => alarmsOfBed(state, viewer, associationId, -1));
  const unanswered = alarms.filter(isUnanswered);
  const raisedAts = unanswered.map(({ raisedAt }) => raisedAt).sort((a, b) => Date.parse(a) - Date.parse(b));
  return {
    present: byPriority(alarms.filter(({ present, signal }) => present && signal !== 'off')),
    unanswered: byPriority(unanswered),
    oldestUnansweredAt: raisedAts[0] ?? null,
  };
}

function byPriority(alarms: readonly Alarm[]): WardCard['present'] {
  const counts = { high: 0, medium: 0, low: 0 };
  for (const { priority } of alarms) counts[priority] += 1;
  return counts;
}

/** Returns the numbers of beds. A bed with several devices counts once. */
function placesOf({ state, registry }: OverviewSource, ward: string, beds: readonly BedState[]) {
  const occupied = new Set<string>();
  const untilOf = new Map<string, string>();
  for (const { associationId, period } of beds) {
    if (!period?.patient) continue;
    occupied.add(period.bed);
    const standby = currentStandby(state, associationId);
    if (standby) untilOf.set(period.bed, standby.until);
  }
  const registered = registry.wards.find((entry) => entry.ward === ward)?.beds;
  const inStandby = [...untilOf].sort(([, a], [, b]) => Date.parse(a) - Date.parse(b));
  return {
    beds: registered
      ? { registered: registered.length, free: registered.filter((bed) => !occupied.has(bed)).length }
      : null,
    occupied: occupied.size,
    standby: {
      count: inStandby.length,
      beds: inStandby.slice(0, namedMax).map(([bed, until]) => ({ bed: visibleText(bed), until })),
    },
  };
}

/** Returns who is responsible for a ward; null if the server has not read the assignments. */
function dutiesOfWard(
  { board, membersOf }: OverviewSource,
  ward: string,
  beds: readonly BedState[],
  nowMs: number,
): WardCard['duties'] {
  if (!board.isRead) return null;
  const bedsWith = (code: string) =>
    new Set(beds.flatMap(({ notices, period }) => (notices.has(code) && period ? [period.bed] : []))).size;
  const nurses = chargeNurses(board.duties, { ward, members: membersOf(ward) }, nowMs);
  return {
    inUse: dutiesOf(board.duties, ward).version > 0,
    chargeNurses: nurses.slice(0, namedMax).map(({ name }) => visibleText(name)),
    noNurse: bedsWith(dutyNoticeCodes.noNurse),
    overdue: bedsWith(dutyNoticeCodes.overdue),
  };
}

/**
 * Returns the persons that Vigil cannot reach. Counts a person as unknown if a way to answer may work, but nothing has
 * confirmed that it works.
 */
function reachOfWard({ delivery, board }: OverviewSource, ward: string, nowMs: number): WardCard['reach'] {
  if (!board.isRead) return null;
  const notReached = wardReach(delivery.board, board.duties, ward, true, nowMs).people.filter(
    ({ isReached }) => !isReached,
  );
  const unreached = notReached.filter(({ channels }) =>
    channels.every(({ channel, state }) => !canAnswer(channel) || state === 'down'),
  );
  return {
    unreached: unreached.length,
    names: unreached.slice(0, namedMax).map(({ name }) => name),
    unknown: notReached.length - unreached.length,
  };
}

function devicesOf({ state }: OverviewSource, viewer: Viewer, beds: readonly BedState[]): WardCard['devices'] {
  const inBeds = new Set<string>();
  const withoutBed = new Set<string>();
  for (const { deviceId, period } of beds) (period ? inBeds : withoutBed).add(deviceId);
  const inTrouble = [...inBeds].filter((deviceId) => {
    const device = state.devices.get(deviceId);
    return device !== undefined && isDeviceInTrouble(state, viewer, device);
  });
  return { inBeds: inBeds.size, inTrouble: inTrouble.length, withoutBed: withoutBed.size };
}
