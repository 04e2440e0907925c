/**
 * Writes docs/settings.md from the settings of all processes. tests/settings.test.ts checks that the file is up to
 * date.
 */
import { join } from 'node:path';
import { certsSettings } from '../certs/settings.ts';
import { settings as dashboardSettings } from '../dashboard/server/settings.ts';
import { gatewaySettings } from '../gateway/settings.ts';
import { demoSettings, identitiesSettings, platformSettings, proveSettings } from '../ops/compose/settings.ts';
import { vigilSettings } from '../ops/rejected/settings.ts';
import { startSettings } from '../ops/settings.ts';
import type { Manifest, Setting } from '../process/settings.ts';
import { alarmSettings } from '../processors/alarms/settings.ts';
import { canarySettings } from '../processors/canary/settings.ts';
import { settings as deliverySettings } from '../processors/delivery/settings.ts';
import { settings as stripsSettings } from '../processors/strips/settings.ts';
import { settings as trendsSettings } from '../processors/trends/settings.ts';
import { settings as witnessSettings } from '../processors/witness/settings.ts';
import { simulatorSettings } from '../simulators/settings.ts';

export const everyManifest: readonly (readonly [title: string, manifest: Manifest])[] = [
  ['`npm start`', startSettings],
  ['Gateway (`gateway/main.ts`)', gatewaySettings],
  ['Alarm processor (`processors/alarms/main.ts`)', alarmSettings],
  ['Trend writer (`processors/trends/main.ts`)', trendsSettings],
  ['Delivery process (`processors/delivery/main.ts`)', deliverySettings],
  ['Strip writer (`processors/strips/main.ts`)', stripsSettings],
  ['Dashboard (`dashboard/server/main.ts`)', dashboardSettings],
  ['Witness of the audit trail (`processors/witness/main.ts`)', witnessSettings],
  ['Canary (`processors/canary/main.ts`)', canarySettings],
  ['Simulators (`npm run simulate`)', simulatorSettings],
  ['`npm run vigil`', vigilSettings],
  ['`npm run certs`', certsSettings],
  ['Compose, service `init`', identitiesSettings],
  ['Compose, service `setup`', platformSettings],
  ['Compose, service `demo`', demoSettings],
  ['`npm run test:compose`', proveSettings],
];

const root = join(import.meta.dirname, '..');

export function settingsPage(): string {
  return `# Settings

This page is generated from the settings that each process declares. To update it, run
\`npx vitest run --project unit tests/settings.test.ts -u\`.

- Each setting is an environment variable. An empty variable counts as not set. A secret is in a file, and the variable
  holds the path of the file.
- \`npm start\` accepts the settings of every table below, and passes each setting to the process that declares it. It
  refuses the settings that it computes itself: \`VIGIL_KAFKA_*\` and \`VIGIL_INFLUX_*\` of a process,
  \`VIGIL_READERS_FILE\`, \`VIGIL_READER_KEY_FILE\`, \`VIGIL_PSEUDONYM_KEY_FILE\`, \`VIGIL_AUDIT_KEY_FILE\`,
  \`VIGIL_AUDIT_KEYS_FILE\`, \`VIGIL_MQTT_SHARE_PORT\` and \`VIGIL_CLOCK_AHEAD_MS\`.
- If \`VIGIL_ACCOUNTS_FILE\` is set, \`npm start\` creates no demo accounts. If \`VIGIL_MQTT_HOST\` or \`VIGIL_HTTP_HOST\` is a
  single address, the certificates of the servers contain this address, and simulators and browsers connect to it.
- \`npm start -- --check\` accepts the same settings except addresses, files and an upstream broker, because the check
  runs in its own folder and on its own ports.
- With Compose, write settings in \`.env\` or in the environment: see [operator-compose.md](operator-compose.md#settings).
- Every process refuses to start if the environment has a variable that begins with \`VIGIL_\` and that no program reads.
  The error message names the most similar setting. In Kubernetes, turn \`enableServiceLinks\` off if the name of a
  service begins with \`vigil-\`.

${everyManifest.map(([title, manifest]) => table(title, manifest)).join('\n')}`;
}

function table(title: string, manifest: Manifest): string {
  const rows = Object.values(manifest).map(
    (setting) => `| \`${setting.env}\` | ${defaultOf(setting)} | ${meaningOf(setting)} |`,
  );
  return `## ${title}\n\n| variable | default | meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function defaultOf({ fallback }: Setting): string {
  if (fallback === undefined) return 'required';
  if (fallback === '' || (Array.isArray(fallback) && fallback.length === 0)) return 'none';
  if (typeof fallback === 'boolean') return fallback ? '`on`' : '`off`';
  return `\`${String(fallback).replace(`${root}/`, '')}\``;
}

function meaningOf(setting: Setting): string {
  return `${setting.help}${rangeOf(setting)}`.replaceAll('|', '\\|');
}

function rangeOf(setting: Setting): string {
  if (setting.kind === 'integer') return ` (${setting.min} to ${setting.max})`;
  return setting.kind === 'choice' ? ` (allowed: ${setting.choices.join(', ')})` : '';
}
