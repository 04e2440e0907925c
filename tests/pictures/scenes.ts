/** The scenes of the pictures: each scene has the page of a picture, and the events in the ward before the picture. */

import type { MadeUpWard } from '../../bench/ward.ts';
import { wardName } from '../../bench/ward.ts';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import { assignAll, leaveBedsUncovered, type PictureSources } from './sources.ts';

export type Scene = {
  readonly name: string;
  /** What the picture shows, for the page with the list of all pictures. */
  readonly text: string;
  /** The address of the page, after `#`. `login`: nobody is logged in. */
  readonly hash: (ward: MadeUpWard) => string;
  /** The ward of the picture: 8 beds with waves, or 64 beds in the compact layout. */
  readonly beds: 8 | 64;
  /** A selector of an element that is on the page when everything has loaded. */
  readonly ready: string;
  /** Called before the page opens. The scenes run in their order, and the next scene keeps the state of the ward. */
  readonly before?: (ward: MadeUpWard, sources: PictureSources) => void;
  /** Waves run on the page, and the picture must wait until they fill their traces. */
  readonly hasLiveWaves?: true;
  /** The server ends before the picture is taken. */
  readonly serverEnds?: true;
};

const testId = (id: string) => `[data-testid="${id}"]`;
const aNumber = '[data-testid="bed-2"] [data-testid="value-MDC_ECG_HEART_RATE"]';
const pageOf = (path: string) => () => `#/${path}`;
const ofWard = (page: string) => pageOf(`${page}/${wardName}`);
const alarmsOf = (ward: MadeUpWard) => [...ward.server.state.alarms.values()];

/** Raises alarms of all priorities: calling, acknowledged, and at one bed two alarms. */
function raiseAlarms(ward: MadeUpWard): void {
  const alarms: readonly (readonly [bed: number, priority: Alarm['priority'], isAcknowledged?: true])[] = [
    [1, 'high'],
    [3, 'medium'],
    [4, 'low'],
    [6, 'high', true],
    [7, 'medium', true],
  ];
  for (const [bed, priority, isAcknowledged] of alarms) {
    ward.alarm(bed, 'raised', priority);
    if (isAcknowledged) ward.alarm(bed, 'acknowledged');
  }
}

function raiseManyAlarms(ward: MadeUpWard): void {
  for (let bed = 2; bed < ward.beds; bed += 9) ward.alarm(bed, 'raised', bed % 2 === 0 ? 'high' : 'medium');
}

export const scenes: readonly Scene[] = [
  { name: 'order-login', text: 'The login', hash: () => 'login', beds: 8, ready: testId('login-user') },
  {
    name: 'order-ward',
    text: 'A ward of 8 beds without an alarm',
    hash: pageOf(''),
    beds: 8,
    ready: aNumber,
    hasLiveWaves: true,
    before: assignAll,
  },
  {
    name: 'order-ward-compact',
    text: 'A ward of 64 beds in the compact layout',
    hash: pageOf(''),
    beds: 64,
    ready: aNumber,
  },
  {
    name: 'order-patient',
    hasLiveWaves: true,
    text: 'The page of a patient without an alarm',
    hash: (ward) => `#/patient/${ward.associationOf(1)}`,
    beds: 8,
    ready: testId('numbers'),
  },
  {
    name: 'order-wards',
    text: 'The overview of the wards',
    hash: pageOf('wards'),
    beds: 8,
    ready: testId('wards-page'),
  },
  {
    name: 'order-devices',
    text: 'The devices of a ward',
    hash: pageOf('devices'),
    beds: 8,
    ready: testId('device-device-1'),
  },
  {
    name: 'order-waves',
    hasLiveWaves: true,
    text: 'The waves of a stay',
    hash: (ward) => `#/waves/${ward.associationOf(1)}`,
    beds: 8,
    ready: testId('waves-paper'),
  },
  {
    name: 'order-assignments',
    text: 'The assignment board of a ward',
    hash: ofWard('assignments'),
    beds: 8,
    ready: testId('board-beds'),
  },
  {
    name: 'order-shift',
    text: 'The summary of a shift',
    hash: ofWard('shift'),
    beds: 8,
    ready: '[data-testid^="shift-bed-"]',
  },
  {
    name: 'trouble-ward',
    hasLiveWaves: true,
    text: 'A ward with alarms of each priority; two of them are acknowledged',
    hash: pageOf(''),
    beds: 8,
    ready: '[data-testid^="ack-"]',
    before: raiseAlarms,
  },
  {
    name: 'trouble-ward-compact',
    text: 'A ward of 64 beds in the compact layout with alarms',
    hash: pageOf(''),
    beds: 64,
    ready: '[data-testid^="ack-"]',
    before: raiseManyAlarms,
  },
  {
    name: 'trouble-patient',
    hasLiveWaves: true,
    text: 'The page of a patient with an alarm of high priority',
    hash: (ward) => `#/patient/${ward.associationOf(1)}`,
    beds: 8,
    ready: '[data-testid^="ack-"]',
  },
  {
    name: 'trouble-alarm-history',
    text: 'The alarm history of a ward, with alarms that nobody has answered',
    hash: pageOf('alarms'),
    beds: 8,
    ready: '[data-testid^="review-row-"]',
  },
  {
    name: 'trouble-wards',
    text: 'The overview of the wards, with alarms',
    hash: pageOf('wards'),
    beds: 8,
    ready: testId('wards-page'),
  },
  {
    name: 'trouble-waves',
    hasLiveWaves: true,
    text: 'The waves of a stay with an alarm, and with seconds that no device sent',
    hash: (ward) => `#/waves/${ward.associationOf(1)}`,
    beds: 8,
    ready: testId('waves-paper'),
    before: (_ward, sources) => {
      sources.hasGaps = true;
    },
  },
  {
    name: 'trouble-strip',
    text: 'The strip of an alarm',
    hash: (ward) => `#/alarms/${alarmsOf(ward)[0]?.alarm.alarmId}/strip`,
    beds: 8,
    ready: testId('strip-waves'),
  },
  {
    name: 'trouble-assignments',
    text: 'The assignment board while a nurse is away and nobody covers, and beds that wait for an acceptance',
    hash: ofWard('assignments'),
    beds: 8,
    ready: testId('board-beds'),
    before: leaveBedsUncovered,
  },
  {
    name: 'trouble-shift',
    text: 'The summary of a shift with alarms that nobody has acknowledged',
    hash: ofWard('shift'),
    beds: 8,
    ready: '[data-testid^="shift-bed-"]',
  },
  {
    name: 'trouble-devices',
    text: 'The devices of a ward: the connection of one has ended, and another has no bed',
    hash: pageOf('devices'),
    beds: 8,
    ready: testId('device-device-1'),
    before: (ward) => {
      const receivedAt = new Date().toISOString();
      ward.server.switchOn('device-9');
      ward.server.playConnection(ward.associationOf(7), { deviceId: 'device-8', receivedAt, connected: false });
    },
  },
  {
    name: 'trouble-log-away',
    hasLiveWaves: true,
    text: 'A ward page while Kafka does not answer and no alarm processor judges the values',
    hash: pageOf(''),
    beds: 8,
    ready: testId('notice-kafka'),
    before: (ward) => {
      ward.server.alive.kafka = false;
      ward.server.alive.alarms = false;
    },
  },
  {
    name: 'trouble-server-lost',
    hasLiveWaves: true,
    text: 'A ward page that has lost the server',
    hash: pageOf(''),
    beds: 8,
    ready: aNumber,
    before: (ward) => {
      ward.server.alive.kafka = true;
      ward.server.alive.alarms = true;
    },
    serverEnds: true,
  },
];
