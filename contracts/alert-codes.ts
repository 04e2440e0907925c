/**
 * The conditions for which bedside devices raise alarms themselves, one row each. A hospital adds and replaces rows
 * with VIGIL_ALERT_CODES_FILE. If the code of an alarm has no row, screens show the alarm with the text from the
 * device.
 *
 * Names are reference ids of IEEE 11073-10101 (partition 3, events). DICOM CID 3038 or a message of IHE PCD-04 confirms
 * the names marked (v) and their numbers. All other names are *unverified*.
 */
export type AlertCode = {
  /** The text that screens show. */
  readonly text: string;
  /**
   * The parameter of the alarm, as an MDC code of the parameter table. If the device's message names a parameter, that
   * parameter is used instead.
   */
  readonly parameter?: string;
  /**
   * The side of the limit that the value crossed. If Vigil and the device both raise an alarm for this limit, only one
   * of the two alarms sounds.
   */
  readonly side?: 'low' | 'high';
  /** No heartbeat or no breath: the most serious condition. */
  readonly arrest?: true;
};

const heartRate = 'MDC_ECG_HEART_RATE';
const breath = 'MDC_RESP_RATE';
const spo2 = 'MDC_PULS_OXIM_SAT_O2';

export const builtInAlertCodes: ReadonlyMap<string, AlertCode> = new Map<string, AlertCode>(
  Object.entries({
    // (v) 3:3076
    MDC_EVT_ECG_ASYSTOLE: { text: 'Asystole', parameter: heartRate, side: 'low', arrest: true },
    MDC_EVT_ECG_V_FIB: { text: 'Ventricular fibrillation' },
    MDC_EVT_ECG_V_TACHY: { text: 'Ventricular tachycardia' },
    MDC_EVT_ECG_V_FIB_TACHY: { text: 'Ventricular fibrillation or tachycardia' },
    // (v) 199728, IHE PCD-04
    MDC_EVT_ECG_TACHY: { text: 'Tachycardia', parameter: heartRate, side: 'high' },
    MDC_EVT_ECG_BRADY: { text: 'Bradycardia', parameter: heartRate, side: 'low' },
    // (v) 3:3262, 3:3084
    MDC_EVT_ECG_SINUS_TACHY: { text: 'Sinus tachycardia', parameter: heartRate, side: 'high' },
    MDC_EVT_ECG_SINUS_BRADY: { text: 'Sinus bradycardia', parameter: heartRate, side: 'low' },
    // (v) 3:3128, 3:3276, 3:3118, 3:3266, 3:3258
    MDC_EVT_ECG_ATR_FIB: { text: 'Atrial fibrillation' },
    MDC_EVT_ECG_ATR_FLUT: { text: 'Atrial flutter' },
    MDC_EVT_ECG_RR_IRREG: { text: 'Irregular rhythm' },
    MDC_EVT_ECG_ARRHY: { text: 'Arrhythmia' },
    MDC_EVT_ECG_AV_HEART_BLK_DEG_3: { text: 'Third-degree AV block' },
    MDC_EVT_ECG_PACER_NOT_CAPT: { text: 'Pacemaker does not capture' },
    // (v) 3:3072, 3:3246
    MDC_EVT_APNEA: { text: 'Apnoea', parameter: breath, side: 'low', arrest: true },
    MDC_EVT_DESAT: { text: 'SpO2 desaturation', parameter: spo2, side: 'low' },
    // (v) 196674 in a message of PCD-04; the message names the parameter
    MDC_EVT_LO_VAL_LT_LIM: { text: 'Below the limit', side: 'low' },
    MDC_EVT_HI_VAL_GT_LIM: { text: 'Above the limit', side: 'high' },
    MDC_EVT_LO: { text: 'Low', side: 'low' },
    MDC_EVT_HI: { text: 'High', side: 'high' },
    MDC_EVT_LEADS_OFF: { text: 'ECG leads off' },
    // (v) 196916, IHE PCD-04
    MDC_EVT_SENSOR_DISCONN: { text: 'Sensor disconnected' },
    MDC_EVT_SENSOR_PROB: { text: 'Sensor problem' },
    // (v) 3:194
    MDC_EVT_BATT_LO: { text: 'Battery low' },
    MDC_EVT_BATT_ZERO: { text: 'Battery empty' },
    MDC_EVT_SELFTEST_FAILURE: { text: 'Self-test failed' },
  } as const),
);
