/** Imitates beds for the screens, with the longest names, numbers and alarms that the contracts allow. */
import { randomUUID } from 'node:crypto';
import { audioPauseMsMax } from '../../contracts/audio-pause.ts';
import { dayMs } from '../../contracts/durations.ts';
import { newAlarm } from '../../contracts/messages/alarms.testing.ts';
import type { Alarm, AlarmEvent } from '../../contracts/messages/alarms.ts';
import type { NumericValue } from '../../contracts/messages/device.ts';
import type { AssociationPeriod, Patient, WaveformRecord } from '../../contracts/messages/records.ts';
import { parameters } from '../../contracts/parameters.ts';
import type { ScreenServer } from './server.ts';

/** The longest allowed names of a ward and a bed: 40 characters. */
export const longWard = 'Intensive Care Unit 2 North, Room 12 A-B';
export const longBed = 'Window place 12B, isolation anteroom two';
/**
 * The longest allowed names of a patient: 80 characters. The first 36 characters of the family name have no place for a
 * line break.
 */
export const longFamilyName = 'Wolfeschlegelsteinhausenbergerdorffs von und zu Hohenlohe-Waldenburg-Schillings';
export const longGivenName = 'Maximiliane-Alexandrina Theodora Konstantina Bartholomea Wilhelmina Evangeline M';
/** The longest allowed ids of a patient and a device: 64 characters. */
export const longPatientId = 'PATIENT-2026-0000000000000000000000000000000000000000000000000001';
export const longDeviceId = 'bedside-monitor-0000000000000000000000000000000000000000000001-A';
/** The longest allowed text of an alarm: 120 characters. */
export const longAlarmText =
  'NBP systolic 188 > 160 and mean 132 > 110, cuff repeated automatically three times; check cuff size and limb position mm';

/** The longest allowed reason of a standby: 80 characters. Its first word has no place for a line break. */
export const longStandbyReason = 'Magnetresonanztomographie-Untersuchung with contrast, then theatre 4 & recovery.';

/** A value of each parameter with as many characters as it can have on a screen. */
export const widestValues: Readonly<Record<string, number>> = {
  MDC_ECG_HEART_RATE: 188,
  MDC_PULS_OXIM_PULS_RATE: 188,
  MDC_PULS_OXIM_SAT_O2: 100,
  MDC_PRESS_BLD_ART_ABP_SYS: 288,
  MDC_PRESS_BLD_ART_ABP_DIA: 188,
  MDC_PRESS_BLD_ART_ABP_MEAN: 228,
  MDC_PRESS_CUFF_SYS: 288,
  MDC_PRESS_CUFF_DIA: 188,
  MDC_PRESS_CUFF_MEAN: 228,
  MDC_RESP_RATE: 128,
  MDC_CONC_AWAY_CO2_ET: 128,
  MDC_TEMP_BODY: 40,
};

const negativePressure = {
  MDC_PRESS_BLD_ART_ABP_SYS: -50,
  MDC_PRESS_BLD_ART_ABP_DIA: -50,
  MDC_PRESS_BLD_ART_ABP_MEAN: -50,
};

const allWaves = ['MDC_ECG_ELEC_POTL_II', 'MDC_PULS_OXIM_PLETH', 'MDC_PRESS_BLD_ART_ABP', 'MDC_IMPED_TTHOR'];

export type PlayedBed = {
  readonly deviceId: string;
  readonly period: AssociationPeriod;
  readonly values: Readonly<Record<string, number>>;
  readonly waves: readonly string[];
  /** Age of the values in ms. With 0 each value is sent with the current time. */
  readonly ageMs: number;
  readonly validity?: NumericValue['validity'];
};

export function newPatient(fields: Partial<Patient> = {}): Patient {
  return {
    patientId: `P-${randomUUID().slice(0, 8)}`,
    familyName: 'Okapi',
    givenName: 'Test',
    birthDate: '1950-01-01',
    sex: 'female',
    category: 'adult',
    ...fields,
  };
}

export function newPeriod(bed: string, ward: string, who: Patient | null): AssociationPeriod {
  const from = new Date(Date.now() - 3_600_000).toISOString();
  return { associationId: randomUUID(), patient: who, ward, bed, from, to: null };
}

/**
 * Returns the beds of a ward. The beds differ in the contents that need space in a tile: waves, ages, names and
 * pressures.
 */
export function longestBeds(count: number, ward: string): PlayedBed[] {
  return Array.from({ length: count }, (_, index): PlayedBed => {
    const kind = index % 8;
    const hasLongNames = kind === 0;
    const who = newPatient(
      hasLongNames
        ? { familyName: longFamilyName, givenName: longGivenName, patientId: longPatientId }
        : { familyName: `Featherstonehaugh-${index + 1}` },
    );
    return {
      deviceId: index === 0 ? longDeviceId : `bed-${String(index + 1).padStart(2, '0')}`,
      period: newPeriod(index === 0 ? longBed : `U-${index + 1}`, ward, kind === 6 ? null : who),
      values: kind === 3 ? { ...widestValues, ...negativePressure } : widestValues,
      waves: kind === 1 ? [] : kind === 2 ? allWaves.slice(0, 1) : allWaves,
      ageMs: kind === 4 ? 1_700_000 : 0,
      ...(kind === 5 ? { validity: 'questionable' as const } : {}),
    };
  });
}

const heartRate = { code: 'MDC_ECG_HEART_RATE', unit: '/min' };

let alarmNumber = 0;

/** Returns an alarm of a bed as the alarm processor writes it. */
export function alarmOf(bed: PlayedBed, fields: Partial<Alarm> = {}): Alarm {
  alarmNumber += 1;
  const at = new Date(Date.now() - alarmNumber * 1000).toISOString();
  const label = fields.text?.split(' ')[0];
  const code = Object.keys(widestValues).find((each) => parameters.get(each)?.label === label);
  return newAlarm(at, {
    alarmId: `alarm-${String(alarmNumber).padStart(12, '0')}`,
    associationId: bed.period.associationId,
    deviceId: bed.deviceId,
    code: code ?? 'MDC_ECG_HEART_RATE',
    text: 'HR 188 > 160',
    value: 188,
    limit: 160,
    ...(fields.text === undefined && { atOnset: { ...heartRate, value: 161, limit: 160 } }),
    ...fields,
  });
}

export function raisedEvent(alarm: Alarm): AlarmEvent {
  return { type: 'raised', at: alarm.raisedAt, alarm };
}

/** Returns a time before today. The text of such a time has a date. */
const longAgo = () => new Date(Date.now() - 2 * dayMs).toISOString();

/** Returns alarms for the beds in turn, with every priority and state and the longest texts. */
export function longestAlarms(beds: readonly PlayedBed[], count: number): Alarm[] {
  const by = { userId: 'nora', name: longGivenName, role: 'nurse' } as const;
  return Array.from({ length: count }, (_, index) => {
    const bed = beds[index % beds.length]!;
    const priority = (['high', 'medium', 'low'] as const)[index % 3]!;
    switch (Math.floor(index / beds.length + index) % 5) {
      case 0:
        return alarmOf(bed, {
          priority,
          text: longAlarmText,
          escalation: 2,
          onsets: 12,
          late: true,
          onsetAt: longAgo(),
        });
      case 1:
        return alarmOf(bed, {
          ...{ priority, text: 'ABPs -50 < -10', code: 'MDC_PRESS_BLD_ART_ABP_SYS' },
          atOnset: { code: 'MDC_PRESS_BLD_ART_ABP_SYS', value: -48, limit: -10, unit: 'mm[Hg]' },
        });
      case 2:
        return alarmOf(bed, { priority, signal: 'latched', present: false, onsets: 3, escalation: 1 });
      case 3:
        return alarmOf(bed, {
          priority,
          signal: 'acknowledged',
          acknowledgedBy: by,
          acknowledgedAt: longAgo(),
        });
      default:
        return alarmOf(bed, {
          priority,
          text: 'Temp 40.0 > 39.5',
          code: 'MDC_TEMP_BODY',
          audioPausedUntil: new Date(Date.now() + audioPauseMsMax).toISOString(),
        });
    }
  });
}

/**
 * Assigns devices to the beds, and sends their values and waves again and again. Returns a function that stops the
 * sending.
 */
export function playBeds(server: ScreenServer, beds: readonly PlayedBed[], everyMs = 2_000): () => void {
  for (const { deviceId, period: stay } of beds) {
    server.associate({
      deviceId,
      version: (server.state.associations.get(deviceId)?.version ?? 0) + 1,
      periods: [stay],
    });
    const receivedAt = new Date().toISOString();
    server.playConnection(stay.associationId, { deviceId, receivedAt, connected: true });
  }
  const sendAll = () => {
    for (const bed of beds) send(server, bed);
  };
  sendAll();
  const timer = setInterval(sendAll, everyMs);
  return () => clearInterval(timer);
}

function send(server: ScreenServer, bed: PlayedBed): void {
  const { deviceId, ageMs, validity } = bed;
  const { associationId } = bed.period;
  const time = new Date(Date.now() - ageMs).toISOString();
  const values = Object.entries(bed.values).map(
    ([code, value]): NumericValue => ({
      code,
      value,
      unit: parameters.get(code)!.unit,
      ...(validity === undefined ? {} : { validity }),
    }),
  );
  // With this interval the screen shows old values in grey and not as a dash.
  const intervalMs = ageMs > 0 ? Math.round(ageMs / 2) : 4_000;
  server.playObservation(associationId, { deviceId, receivedAt: time, reading: { time, intervalMs, values } });
  for (const code of bed.waves) server.playWave(associationId, wave(deviceId, code));
}

const rateHz = 62.5;
const chunkSamples = 125;
/** Returns a sample of a curve with one beat each second and a peak, which a person recognises in a picture. */
function sampleAt(index: number): number {
  const phase = (index / rateHz) % 1;
  return Math.round(900 * Math.exp(-(((phase - 0.3) * 40) ** 2)) + 120 * Math.sin(2 * Math.PI * phase));
}

/** Returns a waveform record of two seconds that ends now. */
function wave(deviceId: string, code: string): WaveformRecord {
  const receivedMs = Date.now();
  const startMs = receivedMs - (chunkSamples / rateHz) * 1000;
  const firstIndex = Math.round((startMs / 1000) * rateHz);
  const samples = Buffer.alloc(chunkSamples * 2);
  for (let index = 0; index < chunkSamples; index += 1) samples.writeInt16LE(sampleAt(firstIndex + index), index * 2);
  return {
    deviceId,
    receivedAt: new Date(receivedMs).toISOString(),
    reading: {
      start: new Date(startMs).toISOString(),
      code,
      rateHz,
      scale: 0.001,
      offset: 0,
      samples: samples.toString('base64'),
    },
  };
}
