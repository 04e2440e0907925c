/** docs/settings.md, written from the manifests of all processes; tests/settings.test.ts holds the file to it. */
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
import { settings as trendsSettings } from '../processors/trends/settings.ts';
import { settings as witnessSettings } from '../processors/witness/settings.ts';
import { simulatorSettings } from '../simulators/settings.ts';

export const everyManifest: readonly (readonly [title: string, manifest: Manifest])[] = [
  ['`npm start`', startSettings],
  ['Gateway (`gateway/main.ts`)', gatewaySettings],
  ['Alarm processor (`processors/alarms/main.ts`)', alarmSettings],
  ['Trend writer (`processors/trends/main.ts`)', trendsSettings],
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

Written from the settings that each process declares. \`npx vitest run --project unit tests/settings.test.ts -u\` writes
it anew.

- Each is a variable of the environment. An empty one counts as absent. A secret is a file, and the variable names the
  file.
- \`npm start\` takes the settings of its own table and those of every process below, and gives each to the process that
  has it. It refuses those that it makes itself: \`VIGIL_KAFKA_*\` and \`VIGIL_INFLUX_*\` of a process,
  \`VIGIL_READERS_FILE\`, \`VIGIL_READER_KEY_FILE\`, \`VIGIL_PSEUDONYM_KEY_FILE\`, \`VIGIL_AUDIT_KEY_FILE\`,
  \`VIGIL_AUDIT_KEYS_FILE\`, \`VIGIL_MQTT_SHARE_PORT\` and \`VIGIL_CLOCK_AHEAD_MS\`.
- With \`VIGIL_ACCOUNTS_FILE\`, \`npm start\` makes no demo accounts. With \`VIGIL_MQTT_HOST\` or \`VIGIL_HTTP_HOST\` set to
  one address, the servers' certificates carry it, and simulators and screens use it.
- \`npm start -- --check\` takes them too, except addresses, files and a broker upstream: it runs in a folder and on ports
  of its own.
- With Compose, set them in \`.env\` or in the environment: see [operator-compose.md](operator-compose.md#settings).
- Every process refuses at its start a name that begins with \`VIGIL_\` and that no program reads. It says the nearest
  name that a program does read. In Kubernetes, turn \`enableServiceLinks\` off if a service's name begins with \`vigil-\`.

${everyManifest.map(([title, manifest]) => table(title, manifest)).join('\n')}`;
}

function table(title: string, manifest: Manifest): string {
  const rows = Object.values(manifest).map(
    (setting) => `| \`${setting.env}\` | ${defaultOf(setting)} | ${sentence(setting)} |`,
  );
  return `## ${title}\n\n| variable | default | meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function defaultOf({ fallback }: Setting): string {
  if (fallback === undefined) return 'required';
  if (fallback === '' || (Array.isArray(fallback) && fallback.length === 0)) return 'none';
  if (typeof fallback === 'boolean') return fallback ? '`on`' : '`off`';
  return `\`${String(fallback).replace(`${root}/`, '')}\``;
}

function sentence(setting: Setting): string {
  return `${setting.help}${rangeOf(setting)}`.replaceAll('|', '\\|');
}

function rangeOf(setting: Setting): string {
  if (setting.kind === 'integer') return ` (${setting.min} to ${setting.max})`;
  return setting.kind === 'choice' ? ` (allowed: ${setting.choices.join(', ')})` : '';
}
