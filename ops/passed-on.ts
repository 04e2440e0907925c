/**
 * Decides which settings in the environment of `npm start` go to which process. Refuses settings that `npm start`
 * computes itself.
 */
import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { settings as dashboardSettings } from '../dashboard/server/settings.ts';
import { gatewaySettings } from '../gateway/settings.ts';
import { upstreamSettings } from '../gateway/upstream/settings.ts';
import { settingNames, unknownNameFaults } from '../process/setting-names.ts';
import { checkSettings, type Environment, type Manifest, throwIfFaults } from '../process/settings.ts';
import { alarmSettings } from '../processors/alarms/settings.ts';
import { canarySettings } from '../processors/canary/settings.ts';
import { settings as deliverySettings } from '../processors/delivery/settings.ts';
import { settings as stripsSettings } from '../processors/strips/settings.ts';
import { settings as trendsSettings } from '../processors/trends/settings.ts';
import { settings as witnessSettings } from '../processors/witness/settings.ts';
import { simulatorSettings } from '../simulators/settings.ts';
import { type SystemAddresses, serviceEnv } from './platform/service-env.ts';
import type { ProcessName } from './processes.ts';
import { type StartSettings, startSettings, systemAddresses } from './settings.ts';

/** The settings of each process. */
export const manifests: Readonly<Record<ProcessName, Manifest>> = {
  gateway: gatewaySettings,
  alarms: alarmSettings,
  trends: trendsSettings,
  delivery: deliverySettings,
  strips: stripsSettings,
  dashboard: dashboardSettings,
  witness: witnessSettings,
  canary: canarySettings,
  simulators: simulatorSettings,
};
export const processNames = Object.keys(manifests) as ProcessName[];

/**
 * For each process, the settings from the environment of `npm start`, without the settings that `npm start` computes
 * itself.
 */
export type PassedSettings = Readonly<Record<ProcessName, Readonly<Record<string, string>>>>;

export const noPassedSettings: PassedSettings = {
  gateway: {},
  alarms: {},
  trends: {},
  delivery: {},
  strips: {},
  dashboard: {},
  witness: {},
  canary: {},
  simulators: {},
};

/**
 * Settings that `npm start` computes from its own settings, because it runs Kafka and InfluxDB and gives each process
 * its own identity. A different value would connect a process to the wrong system.
 */
const computedNames =
  /^VIGIL_(?:KAFKA|INFLUX)_|^VIGIL_(?:READERS_FILE|READER_KEY_FILE|PSEUDONYM_KEY_FILE|AUDIT_KEYS?_FILE)$/;
/** Settings that differ from process to process or from start to start. Only `npm start` can set them. */
const perProcessNames = ['VIGIL_MQTT_SHARE_PORT', 'VIGIL_CLOCK_AHEAD_MS'];

/** The launcher (launch.mjs) sets this to its start time. */
const launchedAtName = 'VIGIL_LAUNCHED_AT_MS';

const ownNames: readonly string[] = namesOf(startSettings);
const upstreamNames: readonly string[] = namesOf(upstreamSettings);

export type StartEnvironment = {
  readonly settings: StartSettings;
  readonly passed: PassedSettings;
  /** Names of Vigil's settings that the environment has, but that neither `npm start` nor its processes read. */
  readonly unused: readonly string[];
};

/**
 * Returns the settings of `npm start` and of its processes.
 * @throws VigilError `settings-invalid` with every fault: an invalid value, a setting that `npm start` computes itself,
 * a name that no program reads
 */
export function readStart(env: Environment): StartEnvironment {
  const { settings, faults } = checkSettings(startSettings, env);
  const defaults = checkSettings(startSettings, {}).settings;
  const { passed, faults: processFaults } = passedSettings(env, systemAddresses({ ...defaults, ...settings }));
  throwIfFaults([...faults, ...processFaults, ...unknownNameFaults(env)]);
  const usedNames = new Set([
    ...ownNames,
    launchedAtName,
    ...processNames.flatMap((processName) => namesOf(manifests[processName])),
  ]);
  const unused = settingNames.filter((name) => (env[name] ?? '').trim() !== '' && !usedNames.has(name));
  return { settings, passed, unused };
}

function namesOf(manifest: Manifest): string[] {
  return Object.values(manifest).map(({ env }) => env);
}

/**
 * Returns for each process the settings from the environment of `npm start`, and a sentence for each fault. Leaves out
 * the settings of a broker upstream: `gatewayProcesses` passes these on.
 */
export function passedSettings(
  env: Environment,
  addresses: SystemAddresses,
): { readonly passed: PassedSettings; readonly faults: readonly string[] } {
  const result: Record<ProcessName, Record<string, string>> = {
    gateway: {},
    alarms: {},
    trends: {},
    delivery: {},
    strips: {},
    dashboard: {},
    witness: {},
    canary: {},
    simulators: {},
  };
  const faults = new Set<string>();
  for (const processName of processNames) {
    const computed = serviceEnv(addresses, processName);
    const setEntries = Object.entries(manifests[processName]).filter(
      ([, setting]) => !ownNames.includes(setting.env) && (env[setting.env] ?? '').trim() !== '',
    );
    for (const [, { env: name }] of setEntries.filter(([, setting]) => isMadeByStart(setting.env))) {
      if (env[name]?.trim() !== computed[name]) faults.add(`${name} is set by npm start itself: leave it out`);
    }
    const accepted = setEntries.filter(([, setting]) => !isMadeByStart(setting.env));
    for (const fault of checkSettings(Object.fromEntries(accepted), env).faults) faults.add(fault);
    for (const [, setting] of accepted) {
      if (!upstreamNames.includes(setting.env))
        result[processName][setting.env] = textOf(setting, env[setting.env] ?? '');
    }
  }
  return { passed: withServerAddresses(result, addresses), faults: [...faults] };
}

function isMadeByStart(name: string): boolean {
  return computedNames.test(name) || perProcessNames.includes(name);
}

/**
 * Returns the value that a process gets. A relative path becomes absolute, because the process runs in another folder
 * than `npm start`.
 */
function textOf(setting: Manifest[string], text: string): string {
  return setting.kind === 'file' || setting.kind === 'secret' || setting.kind === 'secret-file'
    ? resolve(text.trim())
    : text.trim();
}

/** A server that listens on one of these addresses also accepts connections to loopback. */
const addressesWithLoopback = ['127.0.0.1', '::1', 'localhost', '0.0.0.0', '::'];

/** Returns the address of each server (gateway, dashboard) that does not listen on loopback. */
export function hostsBesideLoopback({ gateway, dashboard }: PassedSettings): string[] {
  return [gateway.VIGIL_MQTT_HOST, dashboard.VIGIL_HTTP_HOST].filter(
    (host) => host !== undefined && !addressesWithLoopback.includes(host),
  ) as string[];
}

/**
 * Returns the addresses that the certificates of gateway and dashboard must contain, as `gateway=ADDRESS` or
 * `dashboard=ADDRESS`.
 */
export function serverNamesOf(passed: PassedSettings): string[] {
  return [
    ...hostsBesideLoopback({ ...passed, dashboard: {} }).map((host) => `gateway=${host}`),
    ...hostsBesideLoopback({ ...passed, gateway: {} }).map((host) => `dashboard=${host}`),
  ];
}

/** Adds the addresses of servers that do not listen on loopback: simulators, canary and browsers must use them. */
function withServerAddresses(passed: PassedSettings, { mqttPort, httpPort }: SystemAddresses): PassedSettings {
  const [mqttHost] = hostsBesideLoopback({ ...passed, dashboard: {} });
  const [httpHost] = hostsBesideLoopback({ ...passed, gateway: {} });
  const url = (host: string) => (isIPv6(host) ? `[${host}]` : host);
  const mqttUrl = mqttHost === undefined ? {} : { VIGIL_MQTT_URL: `mqtts://${url(mqttHost)}:${mqttPort}` };
  return {
    ...passed,
    simulators: { ...mqttUrl, ...passed.simulators },
    canary: { ...mqttUrl, ...passed.canary },
    dashboard: {
      ...(httpHost !== undefined && { VIGIL_PUBLIC_ORIGIN: `https://${url(httpHost)}:${httpPort}` }),
      ...passed.dashboard,
    },
  };
}

/**
 * Removes each setting that `npm start` computes for a process, such as files and addresses. `npm start -- --check`
 * uses the remaining settings.
 */
export function withoutComputedSettings(passed: PassedSettings, addresses: SystemAddresses): PassedSettings {
  const entries = processNames.map((processName) => {
    const computed = serviceEnv(addresses, processName);
    return [
      processName,
      Object.fromEntries(Object.entries(passed[processName]).filter(([name]) => !(name in computed))),
    ];
  });
  return Object.fromEntries(entries) as PassedSettings;
}
